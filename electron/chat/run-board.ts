import type { ChatRow, ChatRun, ConversationChange, RunEnd } from '../../shared/model/chat.ts'
import { appError, type AppError } from '../../shared/result.ts'
import { activityText } from '../../shared/text/activity.ts'
import type { Clock } from '../platform/clock.ts'
import { asFields, asText, type Fields } from './fields.ts'
import type { HistoryPage } from './history.ts'
import { RunView } from './run-view.ts'
import { messageText, plainText, uncut } from './transcript.ts'

/** How many ended runs are remembered: gateways go on talking about a run for a while. */
const rememberedRuns = 500

export interface RunBoardOptions {
  readonly clock: Clock
  /** True for a key under which we sent a message: the run of that name answers it. */
  readonly isOwnKey: (runId: string) => boolean
  /** The answers of a run that stand in the transcript, as far as they are known. */
  readonly answersOf: (runId: string) => readonly ChatRow[]
}

/** A run that is over, and what it said that stands nowhere else. */
export interface FinishedRun {
  readonly end: RunEnd
  readonly rest: string
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

/** What old gateways make of a run's end: their rows name no run. */
export interface OldRows {
  readonly endsWithAnswer: boolean
}

/** The runs of one conversation: from their first sign to the row that keeps what they said. */
export class RunBoard {
  readonly #options: RunBoardOptions
  readonly #runs = new Map<string, RunView>()
  readonly #endings = new Map<string, Ending>()
  readonly #ended = new Set<string>()
  /** Runs of a gateway process that is gone. */
  readonly #orphans = new Set<string>()

  constructor(options: RunBoardOptions) {
    this.#options = options
  }

  views(): ChatRun[] {
    return [...this.#runs.values()].map((run) => run.view())
  }

  /** The changes that bring listeners up to date. */
  takeChanges(): readonly ConversationChange[] {
    return [...this.#runs.values()].flatMap((run) => run.takeChange() ?? [])
  }

  isKnown(runId: string): boolean {
    return this.#runs.has(runId)
  }

  /** The message of ours that a run answers. */
  claim(keys: ReadonlySet<string>): void {
    for (const run of this.#runs.values()) if (keys.has(run.runId)) run.setMessageKey(run.runId)
  }

  /** The gateway's process is another one (or may be): what ran in the old one has to prove that it lives. */
  orphanAll(): void {
    for (const runId of this.#runs.keys()) this.#orphans.add(runId)
  }

  /** Rows were read: what stands there is not shown twice. */
  refreshCommitted(): void {
    for (const run of this.#runs.values()) run.setCommitted(this.#answersOf(run.runId))
  }

  /** A `chat` event that is no end. */
  onProgress(runId: string, payload: Fields): void {
    const run = this.#touch(runId)
    if (run === null) return
    const piece = asText(payload['deltaText']) ?? ''
    if (payload['state'] === 'status') run.setActivity(activityText.phase(asText(payload['phase']) ?? ''))
    else if (payload['message'] !== undefined) run.setAnswer(messageText(payload['message']))
    else if (payload['replace'] === true) run.setAnswer(piece)
    else run.append(piece)
  }

  /** An `agent` event: only what the agent is doing is taken from it. */
  onAgent(runId: string, payload: Fields): void {
    const data = asFields(payload['data'])
    const phase = asText(data['phase'])
    const starts = payload['stream'] === 'lifecycle' && phase === 'start'
    const run = starts || this.#runs.has(runId) ? this.#touch(runId) : null
    const activity = readActivity(payload['stream'], phase, data)
    if (run !== null && activity !== null) run.setActivity(activity)
  }

  /** A `chat` event that ends a run. False where there is nothing to conclude: told before, or an end without a run. */
  onEnd(runId: string, state: RunEnd['state'], payload: Fields, old: boolean): boolean {
    if (this.#ended.has(runId)) return false
    this.#remember(runId)
    const { message } = payload
    const run = this.#runs.get(runId)
    if (message !== undefined) run?.setAnswer(messageText(message))
    const complete = message !== undefined
    // A message that joined a run which was going on gets an empty end of its own; its answer is that run's.
    if (run === undefined && !complete && state === 'final' && !old) return false
    const error =
      state === 'final'
        ? null
        : state === 'aborted'
          ? appError('agent.aborted')
          : appError('agent.failed', { reason: asText(payload['errorMessage']) ?? undefined })
    const text = complete ? messageText(message) : (run?.answer ?? '')
    const toldAt = this.#options.clock.monotonic()
    this.#endings.set(runId, { state, error, text, complete, toldAt })
    return true
  }

  /** True while an end was told whose rows are not there. */
  isEnding(runId: string): boolean {
    return this.#endings.has(runId)
  }

  /**
   * The runs whose last words are in the transcript, or never will be because the rows were asked for (at `askedAt`)
   * after their end. `old`: set where rows name no runs.
   */
  conclude(askedAt: number, old: OldRows | null): readonly FinishedRun[] {
    const finished: FinishedRun[] = []
    for (const [runId, ending] of this.#endings) {
      const answers = this.#options.answersOf(runId)
      const read = askedAt >= ending.toldAt
      const whole = answers.length > 0 && (this.#runs.get(runId)?.text ?? '') === ''
      if (!whole && !read) continue
      const answered = answers.length > 0 || old?.endsWithAnswer === true
      const silent = old !== null && ending.state === 'final' && !ending.complete && !answered
      const error = silent ? appError('agent.no-reply') : ending.error
      finished.push(this.#finish(runId, silent ? 'error' : ending.state, error, answered ? '' : ending.text))
    }
    return finished
  }

  /** Continues a run that was going on before anything was heard of it. */
  takeUp(page: HistoryPage): void {
    const flight = page.inFlight
    // The newest message is named here even while it only waits for the run that is going on (measured).
    if (flight === null || page.pending.some((input) => input.key === flight.runId)) return
    const run = this.#touch(flight.runId)
    if (run !== null && flight.text.length > run.answer.length) run.setAnswer(flight.text)
  }

  /**
   * The runs that ended while nobody listened, by a page that was asked for at `askedAt`. `silent`: runs of which this
   * gateway tells nothing, so that only their silence will.
   */
  findLost(
    page: HistoryPage,
    askedAt: number,
  ): { readonly lost: readonly RunView[]; readonly silent: readonly RunView[] } {
    const lost: RunView[] = []
    const silent: RunView[] = []
    for (const run of this.#runs.values()) {
      const { runId } = run
      if (this.#endings.has(runId) || run.lastSignAt > askedAt) continue
      const orphan = this.#orphans.has(runId)
      const active = page.inFlight?.runId === runId || page.activeRunIds?.includes(runId) === true
      if (active) this.#orphans.delete(runId)
      else if (page.hasActiveRun === null) {
        if (orphan) silent.push(run)
      } else if (!page.hasActiveRun || page.activeRunIds !== null || orphan) lost.push(run)
    }
    return { lost, silent }
  }

  /** True if nothing was heard of the run since `sign`. */
  isSilentSince(run: RunView, sign: number): boolean {
    return this.#runs.get(run.runId) === run && run.lastSignAt === sign
  }

  /** Ends a run that was not heard to end: its rows tell how it did. */
  finishLost(run: RunView): FinishedRun {
    const { runId } = run
    const last = this.#options.answersOf(runId).at(-1)
    if (last === undefined) return this.#finish(runId, 'aborted', appError('agent.aborted'), run.text)
    if (last.partial) return this.#finish(runId, 'aborted', appError('agent.aborted'), '')
    if (last.error === null) return this.#finish(runId, 'final', null, '')
    return this.#finish(runId, 'error', appError('agent.failed', { reason: last.error }), '')
  }

  #finish(runId: string, state: RunEnd['state'], error: AppError | null, rest: string): FinishedRun {
    this.#endings.delete(runId)
    this.#orphans.delete(runId)
    this.#runs.delete(runId)
    this.#remember(runId)
    return { end: { runId, state, error, at: this.#options.clock.now() }, rest }
  }

  /** The run of that name, which is new if it was not known; null if it is over. */
  #touch(runId: string): RunView | null {
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

  #remember(runId: string): void {
    this.#ended.add(runId)
    const [oldest] = this.#ended
    if (this.#ended.size > rememberedRuns && oldest !== undefined) this.#ended.delete(oldest)
  }

  #answersOf(runId: string): readonly string[] {
    return this.#options.answersOf(runId).map((row) => uncut(plainText(row.blocks)))
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
