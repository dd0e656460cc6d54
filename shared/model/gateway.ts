import * as z from 'zod/mini'

/** Default port of an OpenClaw gateway. */
export const defaultGatewayPort = 18789

const port = z.int().check(z.minimum(1), z.maximum(65535))
const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(80))
const path = z.string().check(z.minLength(1), z.maxLength(4096))

export const gatewayIdSchema = z.string().check(z.minLength(1), z.maxLength(64))
const engineChoiceSchema = z.enum(['auto', 'builtin', 'openssh'])
export type EngineChoice = z.infer<typeof engineChoiceSchema>

/**
 * The optional loopback listener for the user's other tools.
 * `preferred`: this port, or any free one if it is taken. `fixed`: this port or none. `off`: private, no listener at all.
 */
const localPortSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('preferred'), port }),
  z.object({ mode: z.literal('fixed'), port }),
  z.object({ mode: z.literal('off') }),
])
export type LocalPortChoice = z.infer<typeof localPortSchema>

/** A gateway reached over SSH. `target` is `user@host[:port]` or an alias of the SSH configuration, as the user typed it. */
const sshGatewaySchema = z.object({
  kind: z.literal('ssh'),
  target: z.string().check(z.trim(), z.minLength(1), z.maxLength(512)),
  remotePort: port,
  localPort: localPortSchema,
  engine: engineChoiceSchema,
  /** Only this key file; null: what the SSH configuration and the agent offer. */
  identityFile: z.nullable(path),
})
/** A gateway at an address. `tlsFingerprint`: SHA-256 of the leaf certificate, 64 hex digits or colon-hex. */
const directGatewaySchema = z.object({
  kind: z.literal('direct'),
  url: z.string().check(z.trim(), z.regex(/^wss?:\/\/\S+$/i, 'needs ws:// or wss://'), z.maxLength(2048)),
  tlsFingerprint: z.nullable(
    z.string().check(z.regex(/^(sha256:)?([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'needs a SHA-256 fingerprint')),
  ),
})
/** The gateway of this computer. `port` null: what its own configuration file says. */
const localGatewaySchema = z.object({ kind: z.literal('local'), port: z.nullable(port) })

const gatewayPlaceSchema = z.discriminatedUnion('kind', [
  sshGatewaySchema,
  directGatewaySchema,
  localGatewaySchema,
])
/** Where a gateway is and how it is reached. */
export type GatewayPlace = z.infer<typeof gatewayPlaceSchema>
export type SshGatewayPlace = z.infer<typeof sshGatewaySchema>
export type DirectGatewayPlace = z.infer<typeof directGatewaySchema>

export const gatewayDraftSchema = z.object({ name, place: gatewayPlaceSchema })
export type GatewayDraft = z.infer<typeof gatewayDraftSchema>

export const savedGatewaySchema = z.object({
  id: gatewayIdSchema,
  name,
  place: gatewayPlaceSchema,
  /** True while the user wants it connected: such a gateway is connected again at the next start. */
  wanted: z.boolean(),
  /** True for the gateway of the demo: everything about it is labelled. */
  demo: z.boolean(),
})
/** A gateway the user saved. Holds no secret: those are in the keychain, under its id. */
export type SavedGateway = z.infer<typeof savedGatewaySchema>
