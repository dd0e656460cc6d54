import type {
  ChatBlock,
  ChatRow,
  ChatRun,
  Conversation,
  OutboxEntry,
  RunEnd,
} from '../../../shared/model/chat.ts'
import { dayOf } from '../../ui/format.ts'

/** One entry of the conversation as it is shown, from top to bottom. */
export type Item =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | {
      readonly kind: 'row'
      readonly key: string
      readonly row: ChatRow
      readonly results: readonly ChatRow[]
    }
  | { readonly kind: 'run'; readonly key: string; readonly run: ChatRun }
  | { readonly kind: 'outbox'; readonly key: string; readonly entry: OutboxEntry }
  | { readonly kind: 'end'; readonly key: string; readonly end: RunEnd }

/** Key of the answer of a run, while it streams and after: the drawn answer is kept when its row takes over. */
const runKey = (runId: string): string => `run:${runId}`

type ToolCall = Extract<ChatBlock, { kind: 'tool-call' }>
const toolCalls = (row: ChatRow): ToolCall[] => row.blocks.filter((block) => block.kind === 'tool-call')

/**
 * The rows of the transcript: results of tools join the call they answer, days are marked, and the last answer of a
 * run that is over takes the run's key. `activeRuns`: ids of runs going on, whose key is taken.
 */
export function rowItems(rows: readonly ChatRow[], activeRuns: ReadonlySet<string>): Item[] {
  const results = new Map<string, ChatRow[]>()
  const called = new Set<string>()
  const lastOfRun = new Map<string, string>()
  for (const row of rows) {
    for (const call of toolCalls(row)) called.add(call.id)
    if (row.role === 'tool' && row.toolCallId !== null) {
      results.set(row.toolCallId, [...(results.get(row.toolCallId) ?? []), row])
    }
    if (row.role === 'assistant' && row.runId !== null) lastOfRun.set(row.runId, row.id)
  }
  const items: Item[] = []
  let day = { start: Infinity, end: -Infinity }
  for (const row of rows) {
    if (row.role === 'tool' && row.toolCallId !== null && called.has(row.toolCallId)) continue
    if (row.at !== null && (row.at < day.start || row.at >= day.end)) {
      day = dayOf(row.at)
      items.push({ kind: 'day', key: `day:${row.id}`, at: row.at })
    }
    const { runId } = row
    const answers = runId !== null && lastOfRun.get(runId) === row.id && !activeRuns.has(runId)
    items.push({
      kind: 'row',
      key: answers ? runKey(runId) : row.id,
      row,
      results: toolCalls(row).flatMap(({ id }) => results.get(id) ?? []),
    })
  }
  return items
}

/** What follows the transcript: messages on their way, answers being written, why the last one is missing. */
export function openItems(conversation: Conversation): Item[] {
  const { rows, runs, outbox, lastEnd } = conversation
  const arrived = new Set(rows.map((row) => (row.role === 'user' ? row.messageKey : null)))
  const pending = outbox.filter((entry) => !arrived.has(entry.key))
  const answered = new Set(runs.map((run) => run.messageKey))
  const before = pending.filter((entry) => answered.has(entry.key) || entry.state === 'accepted')
  const after = pending.filter((entry) => !before.includes(entry))
  const entry = (each: OutboxEntry): Item => ({ kind: 'outbox', key: `outbox:${each.key}`, entry: each })
  const items: Item[] = before.map(entry)
  if (lastEnd !== null && tellsEnd(lastEnd, conversation)) {
    items.unshift({ kind: 'end', key: `end:${lastEnd.runId}`, end: lastEnd })
  }
  for (const run of runs) items.push({ kind: 'run', key: runKey(run.runId), run })
  items.push(...after.map(entry))
  return items
}

/** An end is told until something newer happens, and only if no row tells it already. */
function tellsEnd(end: RunEnd, { rows, runs, outbox }: Conversation): boolean {
  if (end.state === 'final' && end.error === null) return false
  if (runs.some((run) => run.startedAt > end.at)) return false
  if (outbox.some((entry) => entry.createdAt > end.at && entry.state !== 'failed')) return false
  return !rows.some((row) => row.runId === end.runId && (row.error !== null || row.partial))
}
