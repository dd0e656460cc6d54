import type { ChatRow, ConversationChange } from '../../shared/model/chat.ts'

const isSame = (a: ChatRow, b: ChatRow): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** `next` with the old objects wherever nothing changed, so that they can be compared by identity from then on. */
export function reuseRows(old: readonly ChatRow[], next: readonly ChatRow[]): readonly ChatRow[] {
  const byId = new Map(old.map((row) => [row.id, row]))
  return next.map((row) => {
    const known = byId.get(row.id)
    return known !== undefined && isSame(known, row) ? known : row
  })
}

/**
 * The smallest change that leads from `old` to `next`; null where nothing changed. Rows that are new at the end or
 * changed in place travel alone; anything else means all rows anew. Both lists share unchanged rows (reuseRows).
 */
export function rowChange(
  old: readonly ChatRow[],
  next: readonly ChatRow[],
  whole: { readonly hasMore: boolean; readonly loadedAt: number | null },
): ConversationChange | null {
  const grown =
    next.length >= old.length &&
    old.every((row, index) => next[index]?.id === row.id) &&
    new Set(next.map((row) => row.id)).size === next.length
  if (!grown) return { op: 'rows', rows: [...next], ...whole }
  const rows = next.filter((row, index) => old[index] !== row)
  return rows.length === 0 ? null : { op: 'rows-upsert', rows }
}
