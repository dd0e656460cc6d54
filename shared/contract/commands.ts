import * as z from 'zod/mini'
import { conversationSchema, sessionSummarySchema } from '../model/chat.ts'
import { stageViewSchema } from '../model/connection.ts'
import { gatewayDraftSchema, gatewayIdSchema, savedGatewaySchema } from '../model/gateway.ts'
import { promptAnswerSchema } from '../model/prompt.ts'
import { preferencesPatchSchema } from '../model/settings.ts'
import { snapshotSchema } from '../model/snapshot.ts'
import { statusViewSchema } from '../model/status.ts'
import type { Result } from '../result.ts'

const nothing = z.object({})
const done = z.object({})
const gateway = z.object({ gatewayId: gatewayIdSchema })
const sessionKey = z.string().check(z.minLength(1), z.maxLength(512))
const conversation = z.object({
  gatewayId: gatewayIdSchema,
  /** Null: the gateway's main conversation. */ sessionKey: z.nullable(sessionKey),
})
const command = <I extends z.ZodMiniType, O extends z.ZodMiniType>(input: I, output: O) => ({ input, output })

/** What an SSH target resolves to, as `ssh -G` says. */
const resolvedTargetSchema = z.object({
  target: z.string(),
  host: z.string(),
  port: z.number(),
  user: z.string(),
  identityFiles: z.array(z.string()),
  /** Alias of each jump host, nearest first. */
  jumps: z.array(z.string()),
  usesAgent: z.boolean(),
  engine: z.enum(['builtin', 'openssh']),
  /** Why that engine. */
  engineReason: z.string(),
  /** Where the answer comes from. */
  source: z.enum(['ssh -G', 'own reader']),
})
export type ResolvedTargetView = z.infer<typeof resolvedTargetSchema>

/** A gateway found in an existing openclaw.json, offered for import; its secret stays in the core. */
const importOfferSchema = z.object({
  file: z.string(),
  draft: gatewayDraftSchema,
  hasSecret: z.boolean(),
  notes: z.array(z.string()),
})
export type ImportOffer = z.infer<typeof importOfferSchema>

/**
 * Every command a face can give, with the schema of its argument and of its value.
 * Declared once: types, preload, IPC, browser socket and validation follow from this table.
 */
export const commands = {
  'app.snapshot': command(nothing, snapshotSchema),
  'app.quit': command(nothing, done),
  'app.open-link': command(z.object({ url: z.string().check(z.maxLength(2048)) }), done),
  'app.dismiss-notice': command(z.object({ noticeId: z.string() }), done),
  'app.set-preferences': command(z.object({ patch: preferencesPatchSchema }), done),
  /** Adds the demo gateway (an SSH server and a scripted gateway, both in process) and connects to it. */
  'app.start-demo': command(nothing, savedGatewaySchema),

  'gateways.add': command(z.object({ draft: gatewayDraftSchema, connect: z.boolean() }), savedGatewaySchema),
  'gateways.edit': command(
    z.object({ gatewayId: gatewayIdSchema, draft: gatewayDraftSchema }),
    savedGatewaySchema,
  ),
  'gateways.duplicate': command(gateway, savedGatewaySchema),
  /** Removes the gateway with its secrets; conversations on the server are untouched. */
  'gateways.remove': command(gateway, done),
  'gateways.select': command(gateway, done),
  'gateways.import-offers': command(nothing, z.object({ offers: z.array(importOfferSchema) })),
  'gateways.import': command(z.object({ file: z.string(), connect: z.boolean() }), savedGatewaySchema),
  /** Stores a typed gateway token or password in the keychain (or memory). Secrets travel this way only. */
  'gateways.set-secret': command(
    z.object({
      gatewayId: gatewayIdSchema,
      kind: z.enum(['gateway-token', 'gateway-password']),
      secret: z.string().check(z.minLength(1), z.maxLength(16384)),
    }),
    done,
  ),

  'ssh.resolve': command(z.object({ target: z.string().check(z.maxLength(512)) }), resolvedTargetSchema),
  'ssh.aliases': command(
    nothing,
    z.object({ aliases: z.array(z.object({ name: z.string(), file: z.string() })) }),
  ),

  'connection.connect': command(gateway, done),
  'connection.disconnect': command(gateway, done),
  /** Skips the countdown of a waiting link, or tries a blocked one again. */
  'connection.retry': command(gateway, done),
  /** Tests each stage on its own, without touching the link. */
  'connection.check': command(gateway, z.object({ stages: z.array(stageViewSchema) })),
  /** URL of the gateway's own dashboard on this computer, opened in the browser. */
  'connection.open-dashboard': command(gateway, done),

  'prompts.answer': command(z.object({ promptId: z.string(), answer: promptAnswerSchema }), done),
  'prompts.dismiss': command(z.object({ promptId: z.string() }), done),

  'chat.open': command(conversation, conversationSchema),
  'chat.older': command(z.object({ gatewayId: gatewayIdSchema, sessionKey }), done),
  'chat.sessions': command(gateway, z.object({ sessions: z.array(sessionSummarySchema) })),
  /** Takes the message into the outbox on disk, whether the link is up or not. `key`: made by the page, so that a repeated call adds nothing. */
  'chat.send': command(
    z.object({
      gatewayId: gatewayIdSchema,
      sessionKey: z.nullable(sessionKey),
      key: z.string().check(z.minLength(8), z.maxLength(128)),
      text: z.string().check(z.minLength(1), z.maxLength(1_000_000)),
    }),
    done,
  ),
  'chat.abort': command(z.object({ gatewayId: gatewayIdSchema, sessionKey }), done),
  /** Takes a message that has not left back, or drops one that failed or may have arrived. */
  'chat.discard': command(z.object({ gatewayId: gatewayIdSchema, key: z.string() }), done),
  /** Sends a failed message, or one that may have arrived, again: the user's own decision. */
  'chat.resend': command(z.object({ gatewayId: gatewayIdSchema, key: z.string() }), done),
  'chat.reset': command(z.object({ gatewayId: gatewayIdSchema, sessionKey }), done),
  'chat.compact': command(z.object({ gatewayId: gatewayIdSchema, sessionKey }), done),
  'chat.delete': command(z.object({ gatewayId: gatewayIdSchema, sessionKey }), done),

  'status.read': command(gateway, statusViewSchema),
  'status.log-tail': command(
    z.object({ gatewayId: gatewayIdSchema, lines: z.int().check(z.minimum(1), z.maximum(1000)) }),
    z.object({ host: z.string(), readAt: z.number(), file: z.string(), lines: z.array(z.string()) }),
  ),

  'local.look': command(nothing, done),
  'local.start': command(nothing, done),
  'local.stop': command(nothing, done),

  'secrets.remove': command(z.object({ entryId: z.string() }), done),
} as const

type Commands = typeof commands
export type CommandName = keyof Commands
export type CommandInput<N extends CommandName> = z.infer<Commands[N]['input']>
export type CommandOutput<N extends CommandName> = z.infer<Commands[N]['output']>
export const commandNames = Object.keys(commands) as CommandName[]

/** The one function a face needs to give commands. Never rejects. */
export type Call = <N extends CommandName>(
  name: N,
  input: CommandInput<N>,
) => Promise<Result<CommandOutput<N>>>
