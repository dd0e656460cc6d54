import * as z from 'zod/mini'

const base = {
  id: z.string(),
  /** The gateway it is about; null for a command-line target that is not saved. */ gatewayId: z.nullable(
    z.string(),
  ),
  gatewayName: z.string(),
  askedAt: z.number(),
}

/** A question that is open. Part of the snapshot, so that every face shows it; its answer never is. */
export const promptSchema = z.discriminatedUnion('kind', [
  z.object({
    ...base,
    kind: z.literal('host-key'),
    host: z.string(),
    port: z.number(),
    keyType: z.string(),
    /** `SHA256:…` as OpenSSH prints it. */
    fingerprint: z.string(),
    /** Command that prints the same fingerprint on the server. */
    compareCommand: z.string(),
    /** The user's own file that the line can be added to, and the line itself. */
    userFile: z.string(),
    line: z.string(),
  }),
  z.object({
    ...base,
    kind: z.literal('passphrase'),
    keyFile: z.string(),
    /** True when the last answer was wrong. */ again: z.boolean(),
    canRemember: z.boolean(),
  }),
  z.object({
    ...base,
    kind: z.literal('ssh-password'),
    user: z.string(),
    host: z.string(),
    again: z.boolean(),
    canRemember: z.boolean(),
  }),
  z.object({
    ...base,
    kind: z.literal('ssh-code'),
    user: z.string(),
    host: z.string(),
    /** The server's own words. */
    instruction: z.string(),
    fields: z.array(z.object({ label: z.string(), echo: z.boolean() })),
  }),
  z.object({
    ...base,
    kind: z.literal('gateway-secret'),
    secret: z.enum(['token', 'password']),
    host: z.string(),
    again: z.boolean(),
    canRemember: z.boolean(),
  }),
  z.object({
    ...base,
    kind: z.literal('pairing'),
    requestId: z.nullable(z.string()),
    deviceId: z.string(),
    command: z.string(),
    reason: z.string(),
  }),
  z.object({
    ...base,
    kind: z.literal('scope'),
    /** What the user wanted to do, in words. */ purpose: z.string(),
    scope: z.string(),
  }),
])
export type Prompt = z.infer<typeof promptSchema>
export type PromptKind = Prompt['kind']

const secret = z.string().check(z.minLength(1), z.maxLength(16384))

/** The answer to a prompt, tagged with the prompt's kind. Travels from a face to the core only, and is never stored. */
export const promptAnswerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('host-key'),
    /** Must repeat the fingerprint that was shown: exactly this key is accepted. */ fingerprint: z.string(),
    addToUserFile: z.boolean(),
  }),
  z.object({ kind: z.literal('passphrase'), secret, remember: z.boolean() }),
  z.object({ kind: z.literal('ssh-password'), secret, remember: z.boolean() }),
  z.object({ kind: z.literal('ssh-code'), responses: z.array(z.string().check(z.maxLength(4096))) }),
  z.object({ kind: z.literal('gateway-secret'), secret, remember: z.boolean() }),
  z.object({ kind: z.literal('pairing'), retry: z.literal(true) }),
  z.object({ kind: z.literal('scope'), allow: z.literal(true) }),
])
export type PromptAnswer = z.infer<typeof promptAnswerSchema>
export type AnswerOf<K extends PromptKind> = Extract<PromptAnswer, { kind: K }>
export type PromptOf<K extends PromptKind> = Extract<Prompt, { kind: K }>
