import type {
  ChatRow,
  Conversation,
  ConversationChange,
  OutboxEntry,
  RunEnd,
} from '../../shared/model/chat.ts'
import { failure, toAppError, type AppError } from '../../shared/result.ts'
import type { GatewaySession } from '../gateway/session.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { DisposableStore, type Disposable } from '../platform/disposable.ts'
import { ChangeQueue } from './change-queue.ts'
import type { ConversationEvent } from './conversation-event.ts'
import { asFields, asNumber, asText, type Fields } from './fields.ts'
import { hasProof, readHistory, type HistoryPage } from './history.ts'
import { rowChange } from './row-changes.ts'
import { RowStore } from './row-store.ts'
import { RunBoard, type FinishedRun, type OldRows } from './run-board.ts'
import { processOf } from './session-key.ts'
import { readRow, type PlacedRow } from './transcript.ts'

/** Rows of the newest page; more come when the person looks back. */
const pageRows = 100
/** Longest text of a row before the gateway cuts it, in characters. */
const maxChars = 100_000
/** At most one change of a run's text in this time, in ms: no page can show more. */
const textPauseMs = 50
const gapPauseMs = 750
const retryPausesMs = [1_000, 3_000, 10_000, 30_000] as const
const maxOlderPages = 5
/** An old gateway says nothing of runs that ended while we were away; one that stays silent this long is over. */
const silentRunMs = 30_000

export interface ConversationOptions {
  readonly gatewayId: string
  readonly sessionKey: string
  readonly clock: Clock
  readonly log: Logger
  readonly emit: (event: ConversationEvent) => void
  /** Keys of the person's own messages that were seen in the transcript. */
  readonly onProof: (keys: readonly string[]) => void
  /** True for a key under which we sent a message: the run of that name answers it. */
  readonly isOwnKey: (runId: string) => boolean
}

/**
 * One open conversation: its rows, its runs and the messages on their way, kept in step with the gateway and passed
 * on as changes. It lives on without a link and shows what was last known.
 */
export class ConversationRoom {
  readonly #options: ConversationOptions
  readonly #store = new RowStore()
  readonly #runs: RunBoard
  readonly #queue: ChangeQueue
  /** What the listeners know of the rows. */
  #shown: readonly ChatRow[] = []
  #shownMore = false
  #loadedAt: number | null = null
  #lastEnd: RunEnd | null = null
  #outbox: readonly OutboxEntry[] = []
  #loading = false
  #error: AppError | null = null
  #session: GatewaySession | null = null
  #process: string | null = null
  #sessionId: string | null = null
  #link = new DisposableStore()
  #fetching: Promise<void> | null = null
  #again = false
  #failures = 0
  /** No page was read over this link yet. */
  #fresh = false
  #textTimer: Disposable | null = null
  #lastTextAt = Number.NEGATIVE_INFINITY

  constructor(options: ConversationOptions) {
    const { gatewayId, sessionKey, clock, isOwnKey, emit } = options
    this.#options = options
    this.#runs = new RunBoard({ clock, isOwnKey, answersOf: (runId) => this.#store.answersOf(runId) })
    this.#queue = new ChangeQueue((revision, changes) => emit({ gatewayId, sessionKey, revision, changes }))
  }

  /** The transcript the rows are from, as far as the gateway names it. */
  get sessionId(): string | null {
    return this.#sessionId
  }

  /** The state that all changes passed on up to now have led to. */
  view(): Conversation {
    this.#flushText()
    this.#queue.flush()
    return {
      gatewayId: this.#options.gatewayId,
      sessionKey: this.#options.sessionKey,
      revision: this.#queue.revision,
      rows: [...this.#shown],
      hasMore: this.#shownMore,
      runs: this.#runs.views(),
      lastEnd: this.#lastEnd,
      outbox: [...this.#outbox],
      loadedAt: this.#loadedAt,
      loading: this.#loading,
      error: this.#error,
    }
  }

  /** A link stands: everything is fetched again, runs that go on are taken up. */
  attach(session: GatewaySession): void {
    this.detach()
    const process = processOf(session)
    if (process === null || process !== this.#process) this.#runs.orphanAll()
    this.#process = process
    this.#session = session
    this.#fresh = true
    void this.refetch()
  }

  detach(): void {
    if (this.#session === null) return
    this.#session = null
    this.#link.dispose()
    this.#link = new DisposableStore()
    this.#fetching = null
    this.#store.dropPage()
    // Until now the rows were the gateway's own: from here on they age.
    if (this.#loadedAt !== null && !this.#fresh) this.#showRows(true)
    this.#setState(false, this.#error)
  }

  /** Resolves when the rows that are being fetched are there, or could not be had. */
  async settled(): Promise<void> {
    await this.#fetching
  }

  /** Fetches the newest rows. Never rejects: what went wrong stands in the conversation's error. */
  refetch(): Promise<void> {
    const session = this.#session
    if (session === null) return Promise.resolve()
    if (this.#fetching !== null) {
      this.#again = true
      return this.#fetching
    }
    const fetching = this.#fetchRows(session).finally(() => {
      if (this.#fetching === fetching) this.#fetching = null
    })
    this.#fetching = fetching
    return fetching
  }

  /** Fetches older rows. Rejects with an AppFailure. */
  async older(): Promise<void> {
    const session = this.#session
    if (session === null) throw failure('link.down')
    await this.#fetching
    let offset = this.#store.count
    for (let pages = 0; pages < maxOlderPages && this.#store.hasMore; pages += 1) {
      const { sessionKey } = this.#options
      const before = this.#store.count
      const page = await readHistory(session, { sessionKey, limit: pageRows, offset, maxChars })
      // The newest rows were fetched anew meanwhile: this page may no longer fit in front of them.
      if (this.#session !== session || this.#store.count < before) return
      const fresh = this.#store.mergeOlder(page)
      this.#shown = this.#store.list()
      this.#shownMore = this.#store.hasMore
      this.#queue.push({ op: 'rows-before', rows: [...fresh], hasMore: this.#store.hasMore })
      if (fresh.length > 0) return
      offset = page.nextOffset ?? offset + pageRows
    }
  }

  setOutbox(outbox: readonly OutboxEntry[]): void {
    if (JSON.stringify(outbox) === JSON.stringify(this.#outbox)) return
    this.#outbox = outbox
    this.#runs.claim(new Set(outbox.map(({ key }) => key)))
    this.#queue.push({ op: 'outbox', outbox: [...outbox] })
  }

  /** A `chat` event of this conversation. */
  onChat(payload: Fields): void {
    const runId = asText(payload['runId'])
    const { state } = payload
    if (runId === null || this.#session === null) return
    if (state === 'status' || state === 'delta') {
      this.#runs.onProgress(runId, payload)
      this.#touchText()
    } else if (state === 'final' || state === 'aborted' || state === 'error') {
      if (!this.#runs.onEnd(runId, state, payload, this.#oldRows() !== null)) return
      this.#flushText()
      this.#conclude()
      if (this.#runs.isEnding(runId)) void this.refetch()
    }
  }

  /** An `agent` event of this conversation. */
  onAgent(payload: Fields): void {
    const runId = asText(payload['runId'])
    if (runId === null || this.#session === null) return
    this.#runs.onAgent(runId, payload)
    this.#touchText()
  }

  /** A row was written. */
  onMessage(payload: Fields): void {
    if (this.#session === null) return
    const extra = asFields(asFields(payload['message'])['__openclaw'])
    const seq = asNumber(payload['messageSeq']) ?? asNumber(extra['seq'])
    const placed = readRow(payload['message'])
    const placement = this.#store.put(placed === null ? null : fillIn(placed, seq, payload), seq)
    // Until the first page is there, the rows before this one are missing anyway.
    if (this.#loadedAt === null) return
    if (placement === 'strange') void this.refetch()
    // Results of tools are not told as events (measured); they come with the page.
    if (placement === 'gap') this.#link.add(this.#options.clock.after(gapPauseMs, () => void this.refetch()))
    this.#showRows(false)
    this.#conclude()
  }

  async #fetchRows(session: GatewaySession): Promise<void> {
    const { sessionKey, clock, log } = this.#options
    this.#setState(true, this.#error)
    try {
      do {
        this.#again = false
        const askedAt = clock.monotonic()
        this.#store.beginPage()
        const page = await readHistory(session, { sessionKey, limit: pageRows, maxChars })
        if (this.#session !== session) return
        this.#takePage(page, askedAt)
      } while (this.#again)
      this.#failures = 0
      this.#setState(false, null)
    } catch (thrown) {
      if (this.#session !== session) return
      this.#store.dropPage()
      const error = toAppError(thrown)
      log.warn('a conversation could not be fetched', { code: error.code })
      const pause = retryPausesMs[Math.min(this.#failures, retryPausesMs.length - 1)] ?? 30_000
      this.#failures += 1
      this.#link.add(clock.after(pause, () => void this.refetch()))
      this.#setState(false, error)
    }
  }

  #takePage(page: HistoryPage, askedAt: number): void {
    this.#store.mergePage(page)
    this.#sessionId = page.sessionId
    this.#showRows(this.#fresh)
    this.#fresh = false
    const keys = page.rows.flatMap(({ row }) => (row.messageKey === null ? [] : [row.messageKey]))
    if (keys.length > 0) this.#options.onProof(keys)
    this.#conclude(askedAt)
    this.#runs.takeUp(page)
    const { lost, silent } = this.#runs.findLost(page, askedAt)
    for (const run of lost) this.#finish(this.#runs.finishLost(run))
    for (const run of silent) {
      const sign = run.lastSignAt
      const end = (): void => {
        if (this.#runs.isSilentSince(run, sign)) this.#finish(this.#runs.finishLost(run))
      }
      this.#link.add(this.#options.clock.after(silentRunMs, end))
    }
    this.#flushText()
  }

  #conclude(askedAt = Number.NEGATIVE_INFINITY): void {
    for (const finished of this.#runs.conclude(askedAt, this.#oldRows())) this.#finish(finished)
  }

  #finish({ end, rest }: FinishedRun): void {
    if (rest !== '') this.#store.addLocal(localRow(end, rest))
    this.#showRows(false)
    this.#lastEnd = end
    this.#queue.push({ op: 'run-end', end })
  }

  #oldRows(): OldRows | null {
    if (this.#session === null || hasProof(this.#session)) return null
    return { endsWithAnswer: this.#store.endsWithAnswer() }
  }

  #showRows(whole: boolean): void {
    const rows = this.#store.list()
    const facts = { hasMore: this.#store.hasMore, loadedAt: this.#options.clock.now() }
    const all: ConversationChange = { op: 'rows', rows: [...rows], ...facts }
    const same = facts.hasMore === this.#shownMore
    const change = whole || !same ? all : rowChange(this.#shown, rows, facts)
    this.#shown = rows
    this.#shownMore = facts.hasMore
    if (change === null) return
    if (change.op === 'rows') this.#loadedAt = facts.loadedAt
    this.#queue.push(change)
    this.#runs.refreshCommitted()
    this.#flushText()
  }

  #setState(loading: boolean, error: AppError | null): void {
    if (this.#loading === loading && this.#error === error) return
    this.#loading = loading
    this.#error = error
    this.#queue.push({ op: 'state', loading, error })
  }

  #touchText(): void {
    if (this.#textTimer !== null) return
    const { clock } = this.#options
    const pause = this.#lastTextAt + textPauseMs - clock.monotonic()
    if (pause <= 0) this.#flushText()
    else this.#textTimer = clock.after(pause, () => this.#flushText())
  }

  #flushText(): void {
    this.#textTimer?.dispose()
    this.#textTimer = null
    const changes = this.#runs.takeChanges()
    if (changes.length === 0) return
    this.#lastTextAt = this.#options.clock.monotonic()
    for (const change of changes) this.#queue.push(change)
  }
}

function fillIn(placed: PlacedRow, seq: number | null, payload: Fields): PlacedRow {
  const runId = placed.row.runId ?? (placed.row.role === 'user' ? null : asText(payload['runId']))
  return { ...placed, seq, row: { ...placed.row, runId } }
}

/** The row that keeps what a run said and the transcript does not hold. */
function localRow(end: RunEnd, text: string): ChatRow {
  return {
    id: `local-${end.runId}`,
    role: 'assistant',
    blocks: [{ kind: 'text', text }],
    at: end.at,
    messageKey: null,
    runId: end.runId,
    model: null,
    partial: end.state !== 'final',
    truncated: false,
    error: end.state === 'error' ? (end.error?.message ?? '') : null,
    toolCallId: null,
    toolName: null,
  }
}
