import * as z from 'zod/mini'
import { appErrorField } from './connection.ts'

/** One piece of a transcript row. Unknown pieces become `unknown`, so that nothing of a conversation disappears. */
const chatBlockSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('thinking'), text: z.string() }),
  z.object({
    kind: z.literal('tool-call'),
    id: z.string(),
    name: z.string(),
    /** JSON text. */ arguments: z.string(),
  }),
  z.object({ kind: z.literal('media'), mediaType: z.string(), name: z.string() }),
  z.object({ kind: z.literal('unknown'), type: z.string() }),
])
export type ChatBlock = z.infer<typeof chatBlockSchema>

const chatRowSchema = z.object({
  /** Stable within the conversation: the transcript's id, or one made from place and content on old gateways. */
  id: z.string(),
  role: z.enum(['user', 'assistant', 'tool', 'system']),
  blocks: z.array(chatBlockSchema),
  /** Epoch ms of the gateway's clock; null where the gateway says none. */
  at: z.nullable(z.number()),
  /** The idempotency key of the message we sent, without the `:user` suffix. */
  messageKey: z.nullable(z.string()),
  runId: z.nullable(z.string()),
  model: z.nullable(z.string()),
  /** `partial`: the answer was stopped or broke off; `truncated`: the gateway cut the text for display. */
  partial: z.boolean(),
  truncated: z.boolean(),
  /** Set on an answer that failed. */
  error: z.nullable(z.string()),
  /** tool rows: which call it answers. */
  toolCallId: z.nullable(z.string()),
  toolName: z.nullable(z.string()),
})
export type ChatRow = z.infer<typeof chatRowSchema>

const chatRunSchema = z.object({
  runId: z.string(),
  /** Epoch ms of our clock, when we first saw it. */
  startedAt: z.number(),
  /** What the agent is doing, in words; empty while it writes. */
  activity: z.string(),
  /** The answer so far. */
  text: z.string(),
  /** The message of ours that started it, where known. */
  messageKey: z.nullable(z.string()),
})
/** A run that is going on: text streams into it until its row stands in the transcript. */
export type ChatRun = z.infer<typeof chatRunSchema>

/**
 * `waiting` for the link · `sending` · `accepted` by the gateway, not yet in the transcript ·
 * `uncertain` may have arrived: ask the user · `failed` refused: see error.
 */
export const outboxStates = ['waiting', 'sending', 'accepted', 'uncertain', 'failed'] as const

const outboxEntrySchema = z.object({
  /** The idempotency key; the transcript's user row carries it. */
  key: z.string(),
  gatewayId: z.string(),
  /** Null until the gateway's main conversation is known. */
  sessionKey: z.nullable(z.string()),
  text: z.string(),
  /** Epoch ms when the user sent it. */
  createdAt: z.number(),
  state: z.enum(outboxStates),
  error: z.nullable(appErrorField),
})
export type OutboxEntry = z.infer<typeof outboxEntrySchema>

/** How a run that is over ended; kept until the next message so that the page can say why an answer is missing. */
const runEndSchema = z.object({
  runId: z.string(),
  state: z.enum(['final', 'aborted', 'error']),
  error: z.nullable(appErrorField),
  at: z.number(),
})
export type RunEnd = z.infer<typeof runEndSchema>

export const conversationSchema = z.object({
  gatewayId: z.string(),
  /** Canonical session key. */
  sessionKey: z.string(),
  /** Grows by one with each change event of this conversation; a gap means: fetch it again. */
  revision: z.number(),
  rows: z.array(chatRowSchema),
  hasMore: z.boolean(),
  runs: z.array(chatRunSchema),
  lastEnd: z.nullable(runEndSchema),
  outbox: z.array(outboxEntrySchema),
  /** Epoch ms when rows were last known to match the gateway; null: never loaded. */
  loadedAt: z.nullable(z.number()),
  loading: z.boolean(),
  error: z.nullable(appErrorField),
})
export type Conversation = z.infer<typeof conversationSchema>

/** One change of a conversation. Several make one event; they are applied in order. */
export const conversationChangeSchema = z.discriminatedUnion('op', [
  /** All rows anew. */
  z.object({
    op: z.literal('rows'),
    rows: z.array(chatRowSchema),
    hasMore: z.boolean(),
    loadedAt: z.nullable(z.number()),
  }),
  /** Older rows, put in front. */
  z.object({ op: z.literal('rows-before'), rows: z.array(chatRowSchema), hasMore: z.boolean() }),
  /** New rows at the end; a row whose id is known replaces that one. */
  z.object({ op: z.literal('rows-upsert'), rows: z.array(chatRowSchema) }),
  z.object({ op: z.literal('run'), run: chatRunSchema }),
  z.object({ op: z.literal('run-text'), runId: z.string(), append: z.string() }),
  z.object({ op: z.literal('run-end'), end: runEndSchema }),
  z.object({ op: z.literal('outbox'), outbox: z.array(outboxEntrySchema) }),
  z.object({ op: z.literal('state'), loading: z.boolean(), error: z.nullable(appErrorField) }),
])
export type ConversationChange = z.infer<typeof conversationChangeSchema>

export const sessionSummarySchema = z.object({
  key: z.string(),
  title: z.string(),
  preview: z.string(),
  /** Epoch ms of the gateway's clock. */
  updatedAt: z.nullable(z.number()),
  running: z.boolean(),
  unread: z.boolean(),
  isMain: z.boolean(),
  channel: z.nullable(z.string()),
  agentId: z.nullable(z.string()),
  model: z.nullable(z.string()),
  totalTokens: z.nullable(z.number()),
  contextTokens: z.nullable(z.number()),
})
export type SessionSummary = z.infer<typeof sessionSummarySchema>
