import * as z from 'zod/mini'
import { appErrorSchema, type AppError } from '../result.ts'
import { stageNames, stageStates, type StageName, type StageState } from '../stages.ts'

const nullable = <T extends z.core.SomeType>(inner: T) => z.nullable(inner)
export const appErrorField = appErrorSchema as unknown as z.ZodMiniType<AppError>

export const stageViewSchema = z.object({
  name: z.enum(stageNames),
  state: z.enum(stageStates),
  /** Epoch ms since when it is in this state; null while pending. */
  since: nullable(z.number()),
  /** How long the stage took, in ms, once it is over. */
  ms: nullable(z.number()),
  /** One plain sentence: what stands, or what happened. */
  message: z.string(),
  /** Set when failed or blocked. */
  error: nullable(appErrorField),
})
export interface StageView {
  readonly name: StageName
  readonly state: StageState
  readonly since: number | null
  readonly ms: number | null
  readonly message: string
  readonly error: AppError | null
}

/**
 * `idle` not wanted · `connecting` an attempt runs · `ready` hello-ok on the current endpoint ·
 * `waiting` a transient failure, the next attempt is at `retryAt` · `blocked` a person is needed.
 */
export const connectionPhases = ['idle', 'connecting', 'ready', 'waiting', 'blocked'] as const
export type ConnectionPhase = (typeof connectionPhases)[number]

const localPortViewSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({
    state: z.literal('listening'),
    port: z.number(),
    /** Who holds the preferred port, when another was taken instead. */ preferredTakenBy: nullable(
      z.string(),
    ),
  }),
  z.object({ state: z.literal('failed'), error: appErrorField }),
])
export type LocalPortView = z.infer<typeof localPortViewSchema>

/** What hello-ok said of the gateway on the other side, and of our standing there. */
const gatewayFactsSchema = z.object({
  /** The computer all these facts are about, as a person knows it. */
  host: z.string(),
  version: z.string(),
  protocol: z.number(),
  scopes: z.array(z.string()),
  mainSessionKey: z.string(),
  authMethod: nullable(z.string()),
  methods: z.array(z.string()),
  /** Attachment and frame limits in bytes. */
  maxPayload: z.number(),
})
export type GatewayFacts = z.infer<typeof gatewayFactsSchema>

export const connectionViewSchema = z.object({
  gatewayId: z.string(),
  phase: z.enum(connectionPhases),
  /** Epoch ms since when it is in this phase. */
  since: z.number(),
  /** 1 for the first attempt since the last success or the user's click. */
  attempt: z.number(),
  stages: z.readonly(z.array(stageViewSchema)),
  /** Why it is waiting or blocked. */
  error: nullable(appErrorField),
  /** Epoch ms of the next attempt, while waiting. */
  retryAt: nullable(z.number()),
  engine: nullable(z.object({ name: z.enum(['builtin', 'openssh']), reason: z.string() })),
  localPort: localPortViewSchema,
  gateway: nullable(gatewayFactsSchema),
  /** Round trip in ms and when it was measured (epoch ms). */
  latency: nullable(z.object({ ms: z.number(), at: z.number() })),
  /** Agent runs active on this gateway, as far as this link has seen. */
  activeRuns: z.number(),
})
export interface ConnectionView {
  readonly gatewayId: string
  readonly phase: ConnectionPhase
  readonly since: number
  readonly attempt: number
  readonly stages: readonly StageView[]
  readonly error: AppError | null
  readonly retryAt: number | null
  readonly engine: { readonly name: 'builtin' | 'openssh'; readonly reason: string } | null
  readonly localPort: LocalPortView
  readonly gateway: GatewayFacts | null
  readonly latency: { readonly ms: number; readonly at: number } | null
  readonly activeRuns: number
}
