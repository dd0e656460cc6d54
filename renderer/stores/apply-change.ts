import type { ChatRow, Conversation, ConversationChange } from '../../shared/model/chat.ts'

/** The conversation after the changes, or null if they do not fit it: then it must be fetched anew. */
export function applyChanges(
  conversation: Conversation,
  changes: readonly ConversationChange[],
): Conversation | null {
  let next: Conversation | null = conversation
  for (const change of changes) {
    if (next === null) return null
    next = applyChange(next, change)
  }
  return next
}

function applyChange(conversation: Conversation, change: ConversationChange): Conversation | null {
  switch (change.op) {
    case 'rows':
      return { ...conversation, rows: change.rows, hasMore: change.hasMore, loadedAt: change.loadedAt }
    case 'rows-before':
      return { ...conversation, rows: rowsBefore(conversation.rows, change.rows), hasMore: change.hasMore }
    case 'rows-upsert':
      return { ...conversation, rows: upsertRows(conversation.rows, change.rows) }
    case 'run': {
      const { run } = change
      const known = conversation.runs.some((each) => each.runId === run.runId)
      const runs = known
        ? conversation.runs.map((each) => (each.runId === run.runId ? run : each))
        : [...conversation.runs, run]
      return { ...conversation, runs }
    }
    case 'run-text': {
      if (!conversation.runs.some((run) => run.runId === change.runId)) return null
      const runs = conversation.runs.map((run) =>
        run.runId === change.runId ? { ...run, text: run.text + change.append } : run,
      )
      return { ...conversation, runs }
    }
    case 'run-end': {
      const runs = conversation.runs.filter((run) => run.runId !== change.end.runId)
      return { ...conversation, runs, lastEnd: change.end }
    }
    case 'outbox':
      return { ...conversation, outbox: change.outbox }
    case 'state':
      return { ...conversation, loading: change.loading, error: change.error }
  }
}

function rowsBefore(rows: readonly ChatRow[], older: readonly ChatRow[]): ChatRow[] {
  const known = new Set(rows.map((row) => row.id))
  return [...older.filter((row) => !known.has(row.id)), ...rows]
}

/** Replaces rows whose id is known and appends the others, in order. Untouched rows keep their identity. */
function upsertRows(rows: readonly ChatRow[], changed: readonly ChatRow[]): ChatRow[] {
  const byId = new Map(changed.map((row) => [row.id, row]))
  const next = rows.map((row) => {
    const replacement = byId.get(row.id)
    if (replacement === undefined) return row
    byId.delete(row.id)
    return replacement
  })
  next.push(...byId.values())
  return next
}
