import type { ChatRow } from '../../shared/model/chat.ts'
import type { HistoryPage } from './history.ts'
import { plainText, type PlacedRow } from './transcript.ts'
import { reuseRows } from './row-changes.ts'

interface LocalRow {
  readonly row: ChatRow
  /** The row it follows; null: it comes first. */
  readonly afterId: string | null
}

/** What an event said about a row: `kept` it has its place, `gap` rows before it are missing, `strange` fetch anew. */
export type RowPlacement = 'kept' | 'gap' | 'strange'

/** The rows of a conversation as far as they are known, in the gateway's order, with what only we have seen. */
export class RowStore {
  #placed: readonly PlacedRow[] = []
  #local: readonly LocalRow[] = []
  #maxSeq = 0
  #hasMore = false
  /** Rows that came as events while a page was on its way: the page may be older than they are. */
  #during: PlacedRow[] | null = null

  get hasMore(): boolean {
    return this.#hasMore
  }

  /** Number of the gateway's own rows that are held: the offset of the next older page. */
  get count(): number {
    return this.#placed.length
  }

  /** All rows in order. */
  list(): readonly ChatRow[] {
    const rows: ChatRow[] = []
    const add = (afterId: string | null): void => {
      for (const local of this.#local) if (local.afterId === afterId) rows.push(local.row)
    }
    add(null)
    for (const { row } of this.#placed) {
      rows.push(row)
      add(row.id)
    }
    return rows
  }

  has(id: string): boolean {
    return this.#placed.some((each) => each.row.id === id)
  }

  /** The answers of a run that stand in the transcript. */
  answersOf(runId: string): readonly ChatRow[] {
    return this.#placed.flatMap(({ row }) => (row.role === 'assistant' && row.runId === runId ? [row] : []))
  }

  /** True if an answer stands after the person's last message: all that gateways without run ids can tell. */
  endsWithAnswer(): boolean {
    const last = this.#placed.findLast(({ row }) => row.role === 'user' || row.role === 'assistant')
    return last?.row.role === 'assistant'
  }

  /** A page of the newest rows is asked for: events are kept apart until it is merged or dropped. */
  beginPage(): void {
    this.#during = []
  }

  dropPage(): void {
    this.#during = null
  }

  /** Puts the newest page in. Older rows stay only where the page proves that they belong together. */
  mergePage(page: HistoryPage): void {
    const known = new Set(page.rows.map(({ row }) => row.id))
    const overlap = page.hasMore && this.#placed.some(({ row }) => known.has(row.id))
    const firstSeq = page.rows[0]?.seq ?? null
    const older = overlap
      ? this.#placed.filter(({ row, seq }) => !known.has(row.id) && isBefore(seq, firstSeq))
      : []
    const lastSeq = page.rows.at(-1)?.seq ?? 0
    const newer = (this.#during ?? []).filter(
      ({ row, seq }) => seq !== null && seq > lastSeq && !known.has(row.id),
    )
    this.#during = null
    this.#hasMore = older.length > 0 ? this.#hasMore : page.hasMore
    this.#set([...older, ...page.rows, ...newer])
    const kept = new Set(this.#placed.map(({ row }) => row.id))
    this.#local = this.#local
      .filter(({ row }) => !this.#isSuperseded(row))
      .map((local) =>
        local.afterId === null || kept.has(local.afterId)
          ? local
          : { ...local, afterId: this.#placed.at(-1)?.row.id ?? null },
      )
  }

  /** Puts an older page in front; answers the rows that are new. */
  mergeOlder(page: HistoryPage): readonly ChatRow[] {
    const fresh = page.rows.filter(({ row }) => !this.has(row.id))
    this.#hasMore = page.hasMore
    this.#set([...fresh, ...this.#placed])
    return fresh.map(({ row }) => row)
  }

  /** Takes in one row that was just written; `seq` alone stands for a row that is not shown. */
  put(placed: PlacedRow | null, seq: number | null): RowPlacement {
    if (placed !== null) this.#during?.push(placed)
    if (seq === null) return 'strange'
    if (placed !== null && this.has(placed.row.id)) {
      this.#set(this.#placed.map((each) => (each.row.id === placed.row.id ? placed : each)))
      return 'kept'
    }
    // Unknown and not newer: the transcript was begun anew, or rewritten.
    if (seq <= this.#maxSeq) return placed === null ? 'kept' : 'strange'
    const gap = seq > this.#maxSeq + 1
    if (placed !== null) {
      this.#set([...this.#placed, placed])
      this.#local = this.#local.filter(({ row }) => !this.#isSuperseded(row))
    }
    this.#maxSeq = seq
    return gap ? 'gap' : 'kept'
  }

  /** Keeps something at the end that the transcript may never hold, such as the text of an answer that broke off. */
  addLocal(row: ChatRow): void {
    const lastUser = this.#placed.findLastIndex((each) => each.row.role === 'user')
    const text = plainText(row.blocks)
    // Not every gateway names the run in its rows.
    if (this.#placed.slice(lastUser + 1).some((each) => plainText(each.row.blocks) === text)) return
    this.#local = [...this.#local, { row, afterId: this.#placed.at(-1)?.row.id ?? null }]
  }

  #set(placed: readonly PlacedRow[]): void {
    const rows = reuseRows(
      this.#placed.map(({ row }) => row),
      placed.map(({ row }) => row),
    )
    this.#placed = placed.map((each, index) => ({ ...each, row: rows[index] ?? each.row }))
    this.#maxSeq = Math.max(0, ...placed.map(({ seq }) => seq ?? 0))
  }

  #isSuperseded(local: ChatRow): boolean {
    const text = plainText(local.blocks)
    return this.#placed.some(
      ({ row }) =>
        row.role === local.role &&
        ((local.runId !== null && row.runId === local.runId) || plainText(row.blocks) === text),
    )
  }
}

const isBefore = (seq: number | null, first: number | null): boolean =>
  seq !== null && first !== null && seq < first
