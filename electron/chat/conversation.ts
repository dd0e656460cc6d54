import type {
  ChatRow,
  Conversation,
  ConversationChange,
  OutboxEntry,
  RunEnd,
} from '../../shared/model/chat.ts'
import { appError, failure, toAppError, type AppError } from '../../shared/result.ts'
import { activityText } from '../../shared/text/activity.ts'
import type { GatewaySession } from '../gateway/session.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { DisposableStore, type Disposable } from '../platform/disposable.ts'
import type { ConversationEvent } from './chat-service.ts'
import { asFields, asNumber, asText, type Fields } from './fields.ts'
import { hasProof, readHistory, type HistoryPage } from './history.ts'
import { rowChange } from './row-changes.ts'
import { RowStore } from './row-store.ts'
import { RunView } from './run-view.ts'
import { messageText, plainText, readRow, uncut, type PlacedRow } from './transcript.ts'

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

/** The end of a run that was told but whose rows have not been read yet. */
interface Ending {
  readonly state: RunEnd['state']
  readonly error: AppError | null
  readonly text: string
  /** The end itself carried the answer. */
  readonly complete: boolean
  /** Monotonic time when it was told. */
  readonly toldAt: number
}

/**
 * One open conversation: its rows, its runs and the messages on their way, kept in step with the gateway and passed
 * on as changes. It lives on without a link and shows what was last known.
 */
export class ConversationRoom {
  readonly #options: ConversationOptions
  readonly #store = new RowStore()
  readonly #runs = new Map<string, RunView>()
  readonly #endings = new Map<string, Ending>()
  /** Runs that are over: gateways go on talking about them for a while. */
  readonly #ended = new Set<string>()
  /** Runs of a gateway process that is gone. */
  readonly #orphans = new Set<string>()
  #changes: ConversationChange[] = []
  #flushing = false
  #revision = 0
  /** What the listeners know of the rows. */
  #shown: readonly ChatRow[] = []
  #shownMore = false
  #lastEnd: RunEnd | null = null
  #outbox: readonly OutboxEntry[] = []
  #loadedAt: number | null = null
  #loading = false
  #error: AppError | null = null
  #session: GatewaySession | null = null
  #process: string | null = null
  #sessionId: string | null = null
  #link = new DisposableStore()
  #fetching: Promise<void> | null = null
  #again = false
  #freshLink = false
  #textTimer: Disposable | null = null
  #lastTextAt = Number.NEGATIVE_INFINITY

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  get sessionKey(): string {
    return this.#options.sessionKey
  }

  /** The transcript the rows are from, as far as the gateway names it. */
  get sessionId(): string | null {
    return this.#sessionId
  }

  /** The state all changes up to now have led to. */
  view(): Conversation {
    this.#flush()
    return {
      gatewayId: this.#options.gatewayId,
      sessionKey: this.#options.sessionKey,
      revision: this.#revision,
      rows: [...this.#shown],
      hasMore: this.#shownMore,
      runs: [...this.#runs.values()].map((run) => run.view()),
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
    const process = asText(asFields(session.hello['server'])['bootId'])
    if (process === null || process !== this.#process)
      for (const id of this.#runs.keys()) this.#orphans.add(id)
    this.#process = process
    this.#session = session
    this.#freshLink = true
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
    if (this.#loadedAt !== null && !this.#freshLink) this.#showRows(true)
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
      this.#push({ op: 'rows-before', rows: [...fresh], hasMore: this.#store.hasMore })
      if (fresh.length > 0) return
      offset = page.nextOffset ?? offset + pageRows
    }
  }

  setOutbox(outbox: readonly OutboxEntry[]): void {
    if (JSON.stringify(outbox) === JSON.stringify(this.#outbox)) return
    this.#outbox = outbox
    for (const run of this.#runs.values()) {
      if (outbox.some((entry) => entry.key === run.runId)) run.setMessageKey(run.runId)
    }
    this.#push({ op: 'outbox', outbox: [...outbox] })
  }

  /** A `chat` event of this conversation. */
  onChat(payload: Fields): void {
    const runId = asText(payload['runId'])
    if (runId === null || this.#session === null) return
    const { state, message } = payload
    if (state === 'status') {
      this.#run(runId)?.setActivity(activityText.phase(asText(payload['phase']) ?? ''))
      return this.#touchText()
    }
    if (state === 'delta') return this.#onDelta(runId, payload)
    if (state !== 'final' && state !== 'aborted' && state !== 'error') return
    // Some gateways tell an end twice.
    if (this.#ended.has(runId)) return
    this.#ended.add(runId)
    const text = message === undefined ? (this.#runs.get(runId)?.answer ?? '') : messageText(message)
    if (message !== undefined) this.#runs.get(runId)?.setAnswer(text)
    const error =
      state === 'final'
        ? null
        : state === 'aborted'
          ? appError('agent.aborted')
          : appError('agent.failed', { reason: asText(payload['errorMessage']) ?? undefined })
    const toldAt = this.#options.clock.monotonic()
    this.#endRun(runId, { state, error, text, complete: message !== undefined, toldAt })
  }

  /** An `agent` event of this conversation: only what the agent is doing is taken from it. */
  onAgent(payload: Fields): void {
    const runId = asText(payload['runId'])
    if (runId === null || this.#session === null) return
    const data = asFields(payload['data'])
    const phase = asText(data['phase'])
    const isStart = payload['stream'] === 'lifecycle' && phase === 'start'
    const run = isStart ? this.#run(runId) : (this.#runs.get(runId) ?? null)
    if (run === null) return
    run.lastSignAt = this.#options.clock.monotonic()
    const activity = readActivity(payload['stream'], phase, data)
    if (activity === null) return
    run.setActivity(activity)
    this.#touchText()
  }

  /** A row was written. */
  onMessage(payload: Fields): void {
    if (this.#session === null || this.#loadedAt === null) return
    const extra = asFields(asFields(payload['message'])['__openclaw'])
    const placed = readRow(payload['message'])
    const seq = asNumber(payload['messageSeq']) ?? asNumber(extra['seq'])
    const withRun = placed === null ? null : fillIn(placed, seq, payload)
    const placement = this.#store.put(withRun, seq)
    if (placement === 'strange') void this.refetch()
    // Results of tools are not told as events (measured); they come with the page.
    if (placement === 'gap') this.#refetchSoon()
    this.#showRows(false)
    this.#concludeRuns()
  }

  /** The conversation was changed as a whole (reset, compacted, deleted) or events were lost. */
  onDoubt(): void {
    void this.refetch()
  }

  #onDelta(runId: string, payload: Fields): void {
    const run = this.#run(runId)
    if (run === null) return
    const piece = asText(payload['deltaText']) ?? ''
    if (payload['message'] !== undefined) run.setAnswer(messageText(payload['message']))
    else if (payload['replace'] === true) run.setAnswer(piece)
    else run.append(piece)
    this.#touchText()
  }

  /** The run of that name, which is new if it was not known; null if it is over. */
  #run(runId: string): RunView | null {
    if (this.#ended.has(runId)) return null
    const { clock, isOwnKey } = this.#options
    const now = clock.monotonic()
    const known = this.#runs.get(runId)
    if (known !== undefined) {
      known.lastSignAt = now
      this.#orphans.delete(runId)
      return known
    }
    const run = new RunView(runId, clock.now(), now, isOwnKey(runId) ? runId : null)
    run.setActivity(activityText.working)
    run.setCommitted(this.#answersOf(runId))
    this.#runs.set(runId, run)
    return run
  }

  #endRun(runId: string, ending: Ending): void {
    const session = this.#session
    const shown = this.#runs.has(runId)
    // A message that joined a run which was going on gets an empty end of its own; its answer is that run's.
    if (!shown && !ending.complete && ending.state === 'final' && session !== null && hasProof(session))
      return
    this.#endings.set(runId, ending)
    this.#flushText()
    if (this.#store.answersOf(runId).length > 0) this.#concludeRuns()
    if (this.#endings.has(runId)) void this.refetch()
  }

  /** Ends the runs whose last words are in the transcript, or never will be: rows were asked for at `askedAt`. */
  #concludeRuns(askedAt = Number.NEGATIVE_INFINITY): void {
    for (const [runId, ending] of this.#endings) {
      const answers = this.#store.answersOf(runId)
      if (answers.length === 0 && ending.toldAt > askedAt) continue
      const session = this.#session
      const old = session !== null && !hasProof(session)
      const answered = answers.length > 0 || (old && this.#store.endsWithAnswer())
      const silent = old && ending.state === 'final' && !ending.complete && !answered
      const end: RunEnd = {
        runId,
        state: silent ? 'error' : ending.state,
        error: silent ? appError('agent.no-reply') : ending.error,
        at: this.#options.clock.now(),
      }
      this.#finish(end, answered ? '' : ending.text)
    }
  }

  /** Takes a run off; `rest` is what it said that stands nowhere else. */
  #finish(end: RunEnd, rest: string): void {
    const { runId } = end
    this.#endings.delete(runId)
    this.#orphans.delete(runId)
    this.#ended.add(runId)
    this.#runs.delete(runId)
    if (rest !== '') this.#store.addLocal(localRow(end, rest))
    this.#showRows(false)
    this.#lastEnd = end
    this.#push({ op: 'run-end', end })
  }

  async #fetchRows(session: GatewaySession): Promise<void> {
    const { sessionKey, clock, log } = this.#options
    this.#setState(true, this.#error)
    for (let tries = 0; ;) {
      this.#again = false
      const startedAt = clock.monotonic()
      this.#store.beginPage()
      try {
        const page = await readHistory(session, { sessionKey, limit: pageRows, maxChars })
        if (this.#session !== session) return
        this.#takePage(page, startedAt)
        tries = 0
        if (!this.#again) return this.#setState(false, null)
      } catch (thrown) {
        if (this.#session !== session) return
        this.#store.dropPage()
        const error = toAppError(thrown)
        log.warn('a conversation could not be fetched', { code: error.code })
        const pause = retryPausesMs[Math.min(tries, retryPausesMs.length - 1)] ?? 30_000
        this.#link.add(clock.after(pause, () => void this.refetch()))
        return this.#setState(false, error)
      }
    }
  }

  #takePage(page: HistoryPage, startedAt: number): void {
    this.#store.mergePage(page)
    this.#sessionId = page.sessionId
    const keys = page.rows.flatMap(({ row }) => (row.messageKey === null ? [] : [row.messageKey]))
    this.#showRows(this.#freshLink)
    this.#freshLink = false
    if (keys.length > 0) this.#options.onProof(keys)
    this.#concludeRuns(startedAt)
    this.#takeUpRun(page)
    this.#endLostRuns(page, startedAt)
  }

  /** Continues a run that was going on before this link stood. */
  #takeUpRun(page: HistoryPage): void {
    const flight = page.inFlight
    // The newest message is named here even while it only waits for the run that is going on (measured).
    if (flight === null || page.pending.some((input) => input.key === flight.runId)) return
    const run = this.#run(flight.runId)
    if (run === null) return
    if (flight.text.length > run.answer.length) run.setAnswer(flight.text)
    this.#flushText()
  }

  #endLostRuns(page: HistoryPage, startedAt: number): void {
    for (const run of [...this.#runs.values()]) {
      if (this.#endings.has(run.runId) || run.lastSignAt > startedAt) continue
      const active = page.inFlight?.runId === run.runId || page.activeRunIds?.includes(run.runId) === true
      if (active) {
        this.#orphans.delete(run.runId)
        continue
      }
      if (page.hasActiveRun === null) {
        // This gateway does not tell: if it still runs, it will say something soon.
        if (this.#orphans.has(run.runId)) this.#endWhenSilent(run)
        continue
      }
      const over = !page.hasActiveRun || page.activeRunIds !== null || this.#orphans.has(run.runId)
      if (over) this.#finishLost(run)
    }
  }

  #endWhenSilent(run: RunView): void {
    const sign = run.lastSignAt
    this.#link.add(
      this.#options.clock.after(silentRunMs, () => {
        if (this.#runs.get(run.runId) === run && run.lastSignAt === sign) this.#finishLost(run)
      }),
    )
  }

  /** A run ended while we could not hear it: its rows tell how. */
  #finishLost(run: RunView): void {
    const last = this.#store.answersOf(run.runId).at(-1)
    const at = this.#options.clock.now()
    const { runId } = run
    if (last === undefined || last.partial) {
      this.#finish({ runId, state: 'aborted', error: appError('agent.aborted'), at }, last ? '' : run.text)
    } else if (last.error !== null) {
      const error = appError('agent.failed', { reason: last.error })
      this.#finish({ runId, state: 'error', error, at }, '')
    } else {
      this.#finish({ runId, state: 'final', error: null, at }, '')
    }
  }

  #answersOf(runId: string): readonly string[] {
    return this.#store.answersOf(runId).map((row) => uncut(plainText(row.blocks)))
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
    this.#push(change)
    for (const run of this.#runs.values()) run.setCommitted(this.#answersOf(run.runId))
    this.#flushText()
  }

  #refetchSoon(): void {
    this.#link.add(this.#options.clock.after(gapPauseMs, () => void this.refetch()))
  }

  #setState(loading: boolean, error: AppError | null): void {
    if (this.#loading === loading && this.#error === error) return
    this.#loading = loading
    this.#error = error
    this.#push({ op: 'state', loading, error })
  }

  #touchText(): void {
    if (this.#textTimer !== null) return
    const { clock } = this.#options
    const pause = this.#lastTextAt + textPauseMs - clock.monotonic()
    if (pause <= 0) return this.#flushText()
    this.#textTimer = clock.after(pause, () => this.#flushText())
  }

  #flushText(): void {
    this.#textTimer?.dispose()
    this.#textTimer = null
    this.#lastTextAt = this.#options.clock.monotonic()
    for (const run of this.#runs.values()) {
      const change = run.takeChange()
      if (change !== null) this.#push(change)
    }
  }

  /** Changes of one turn of the event loop travel together, so that a page never shows half of a step. */
  #push(change: ConversationChange): void {
    this.#changes.push(change)
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = false
    if (this.#changes.length === 0) return
    const changes = this.#changes
    this.#changes = []
    this.#revision += 1
    const { gatewayId, sessionKey, emit } = this.#options
    emit({ gatewayId, sessionKey, revision: this.#revision, changes })
  }
}

function fillIn(placed: PlacedRow, seq: number | null, payload: Fields): PlacedRow {
  const runId = placed.row.runId ?? (placed.row.role === 'user' ? null : asText(payload['runId']))
  return { ...placed, seq, row: { ...placed.row, runId } }
}

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

/** What the agent is doing, in words; null where the event says nothing about it. */
function readActivity(stream: unknown, phase: string | null, data: Fields): string | null {
  switch (stream) {
    case 'item':
    case 'tool': {
      if (phase !== 'start') return null
      if (stream === 'item' && data['kind'] !== 'tool') return null
      return activityText.tool(asText(data['title']) ?? asText(data['name']) ?? 'a tool')
    }
    case 'lifecycle':
      return phase === 'waiting-approval' ? activityText.approval : null
    case 'compaction':
      return phase === 'start' ? activityText.compacting : null
    default:
      return null
  }
}
