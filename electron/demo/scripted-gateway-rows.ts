import type { Disposable } from '../platform/disposable.ts'

export type Json = Readonly<Record<string, unknown>>

export const mainSessionKey = 'agent:main:main'

/** A message of a person as it stands in the transcript or waits for its turn. */
export interface Input {
  readonly key: string
  readonly text: string
  readonly acceptedAt: number
}

/** An answer on its way. */
export interface Run {
  readonly runId: string
  readonly startedAt: number
  text: string
  seq: number
  timer: Disposable | null
}

export interface Conversation {
  readonly key: string
  sessionId: string
  readonly rows: Json[]
  run: Run | null
  readonly queue: Input[]
  updatedAt: number
  label: string | null
  totalTokens: number
}

/** A conversation as `sessions.list` shows it. */
export function summaryOf(conversation: Conversation): Json {
  const last = conversation.rows.at(-1)
  const first = conversation.rows.find((row) => row['role'] === 'user')
  return {
    key: conversation.key,
    sessionId: conversation.sessionId,
    kind: 'direct',
    agentId: 'main',
    isMain: conversation.key === mainSessionKey,
    ...(conversation.label === null ? {} : { label: conversation.label }),
    ...(first === undefined ? {} : { derivedTitle: rowText(first).slice(0, 60) }),
    ...(last === undefined ? {} : { lastMessagePreview: rowText(last).slice(0, 120) }),
    updatedAt: conversation.updatedAt,
    status: conversation.run === null ? 'done' : 'running',
    hasActiveRun: conversation.run !== null,
    activeRunIds: conversation.run === null ? [] : [conversation.run.runId],
    unread: false,
    archived: false,
    pinned: false,
    modelProvider: 'demo',
    model: 'demo-1',
    contextTokens: 128_000,
    totalTokens: conversation.totalTokens,
  }
}

/** The answer of `chat.history`: a page of rows, the newest page first, with what is queued and what is running. */
export function historyPage(
  conversation: Conversation | undefined,
  key: string,
  limit: number,
  offset: number,
  old: boolean,
): Json {
  const rows = conversation?.rows ?? []
  const end = Math.max(0, rows.length - offset)
  const begin = Math.max(0, end - limit)
  const page = { sessionKey: key, messages: rows.slice(begin, end) }
  if (old) return { ...page, sessionId: conversation?.sessionId, thinkingLevel: 'off' }
  const run = conversation?.run
  const items = (conversation?.queue ?? []).map((input) => ({
    id: `queued-${input.key}`,
    acceptedAt: input.acceptedAt,
    state: 'queued',
    message: {
      role: 'user',
      content: input.text,
      timestamp: input.acceptedAt,
      __openclaw: { id: `pending:${input.key}` },
    },
    runId: input.key,
  }))
  return {
    ...page,
    ...(conversation === undefined
      ? {}
      : { sessionId: conversation.sessionId, sessionInfo: summaryOf(conversation) }),
    hasMore: begin > 0,
    ...(begin > 0 ? { nextOffset: offset + (end - begin) } : {}),
    totalMessages: rows.length,
    pendingInputs: { items, total: items.length },
    ...(run ? { inFlightRun: { runId: run.runId, text: run.text, startedAt: run.startedAt } } : {}),
    defaults: { modelProvider: 'demo', model: 'demo-1', contextTokens: 128_000 },
  }
}

/** An assistant message as events carry it. */
export const assistantMessage = (text: string, timestamp: number): Json => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
  timestamp,
})

function rowText(row: Json): string {
  const { content } = row
  if (typeof content === 'string') return content
  return Array.isArray(content)
    ? content.map((block: { text?: unknown }) => (typeof block.text === 'string' ? block.text : '')).join('')
    : ''
}
