import * as z from 'zod/mini'

export const secretKinds = [
  'gateway-token',
  'gateway-password',
  'ssh-password',
  'ssh-passphrase',
  'device-key',
  'device-token',
] as const
export type SecretKind = (typeof secretKinds)[number]

/** One stored secret, named but never shown. */
const secretEntrySchema = z.object({
  id: z.string(),
  kind: z.enum(secretKinds),
  /** The gateway it belongs to; null for the device's own key. */
  gatewayId: z.nullable(z.string()),
  /** In words: which gateway, which key file. */
  label: z.string(),
  place: z.enum(['keychain', 'memory', 'file']),
})
export type SecretEntry = z.infer<typeof secretEntrySchema>

export const secretsViewSchema = z.object({
  /** `memory`: kept for this run only. `locked`: a keychain exists but does not answer before it is unlocked. */
  store: z.enum(['keychain', 'memory', 'locked']),
  /** The store's own name: Secret Service, Keychain, Credential Manager. */
  storeName: z.string(),
  /** Why there is no keychain, in words. */
  reason: z.nullable(z.string()),
  deviceKeyPlace: z.nullable(z.enum(['keychain', 'memory', 'file'])),
  entries: z.array(secretEntrySchema),
})
export type SecretsView = z.infer<typeof secretsViewSchema>
