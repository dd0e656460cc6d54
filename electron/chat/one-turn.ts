import { AppFailure, appError, failure, type AppError } from '../../shared/result.ts'
import type { GatewayEvent, GatewaySession } from '../gateway/session.ts'
import { delay, type Clock } from '../platform/clock.ts'
import { DisposableStore } from '../platform/disposable.ts'
import { asFields, asText, isFields, type Fields } from './fields.ts'
import { hasProof, readHistory, type HistoryPage } from './history.ts'
import { RunView } from './run-view.ts'
import { frameSize, readAck, readRefusal } from './send-outcome.ts'
import { canonicalKey } from './session-key.ts'
import { messageText, plainText, uncut } from './transcript.ts'

/** A piece of the answer; `replace` supersedes all pieces before it. */
export type TurnDelta = { readonly delta: string } | { readonly replace: string }

export interface OneTurnOptions {
  /** Null: the gateway's main conversation. */
  readonly sessionKey: string | null
  readonly text: string
  /** Idempotency key of the message. */
  readonly key: string
  readonly onDelta: (delta: TurnDelta) => void
  /** Gives up waiting; the run goes on at the gateway. */
  readonly signal: AbortSignal
  readonly clock: Clock
}

export interface OneTurnResult {
  /** The whole answer; of a run that was stopped or failed, what there is of it. */
  readonly text: string
  /** The run that answered: not the message's own key where it joined one that was going on. */
  readonly runId: string
  readonly state: 'final' | 'aborted' | 'error'
  /** Null for `final`. */
  readonly error: AppError | null
}

/** How often the transcript is looked at while an answer is waited for that may come under any name, in ms. */
const lookPauseMs = 2_000
const busyPauseMs = 500
const historyRows = 100
const historyChars = 500_000

/**
 * Sends one message and waits for its answer, without an outbox. Resolves when the turn is over, however it ended.
 * Rejects with an AppFailure where there will be no answer: the message was refused, or the link broke. After a break
 * the code tells whether it may have arrived: `outbox.uncertain`, or the link's own error with a word in its detail.
 */
export async function sendOneTurn(session: GatewaySession, options: OneTurnOptions): Promise<OneTurnResult> {
  const turn = new Turn(session, options)
  try {
    return await turn.run()
  } finally {
    turn.dispose()
  }
}

class Turn {
  readonly #session: GatewaySession
  readonly #options: OneTurnOptions
  readonly #sessionKey: string
  readonly #things = new DisposableStore()
  readonly #end = Promise.withResolvers<OneTurnResult>()
  readonly #runs = new Map<string, RunView>()
  /** The message may have left; the gateway showed that it has it. */
  #sent = false
  #arrived = false
  /** It became part of a run that was going on: the answer stands after its row. */
  #joined = false
  /** Answers of the run it joined that belong to earlier messages. */
  #before: ReadonlyMap<string, readonly string[]> | null = null
  #told = ''
  #toldRun: string
  #looking = false

  constructor(session: GatewaySession, options: OneTurnOptions) {
    this.#session = session
    this.#options = options
    this.#sessionKey = canonicalKey(session, options.sessionKey)
    this.#toldRun = options.key
    // A promise that is rejected before anybody waits must not end the process.
    this.#end.promise.catch(() => undefined)
  }

  dispose(): void {
    this.#things.dispose()
  }

  async run(): Promise<OneTurnResult> {
    const { signal } = this.#options
    signal.throwIfAborted()
    const onAbort = (): void => this.#end.reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#things.add({ dispose: () => signal.removeEventListener('abort', onAbort) })
    this.#things.add(this.#session.onEvent((event) => this.#onEvent(event)))
    this.#things.add(this.#session.onClosed(({ error }) => this.#end.reject(this.#lost(error))))
    this.#send().catch((thrown: unknown) => this.#end.reject(thrown))
    return await this.#end.promise
  }

  async #send(): Promise<void> {
    const { key, text, clock, signal } = this.#options
    const params = { sessionKey: this.#sessionKey, message: text, idempotencyKey: key }
    if (frameSize(params) > this.#session.facts.maxPayload) throw failure('rpc.too-large')
    for (;;) {
      this.#sent = true
      const outcome = await this.#session.request('chat.send', params, { signal }).then(readAck, readRefusal)
      switch (outcome.kind) {
        case 'accepted':
          return
        case 'executed':
          return this.#finish({ text: '', runId: key, state: 'final', error: null })
        case 'repeated':
          return this.#look(true)
        case 'refused':
          throw new AppFailure(outcome.error)
        case 'busy':
          await delay(clock, Math.max(busyPauseMs, outcome.retryAfterMs ?? 0), signal)
          continue
        case 'unclear':
          throw this.#lost(outcome.error)
      }
    }
  }

  /** What to say when the link is gone. */
  #lost(error: AppError): AppFailure {
    if (!this.#sent) return new AppFailure(error)
    if (!this.#arrived) return failure('outbox.uncertain', {}, { detail: `${error.code}: ${error.message}` })
    const detail = [error.detail, 'the message had arrived; its answer was cut off']
      .filter(Boolean)
      .join(' · ')
    return new AppFailure({ ...error, detail })
  }

  #onEvent({ event, payload }: GatewayEvent): void {
    if (!isFields(payload)) return
    const runId = asText(payload['runId'])
    if (event === 'session.message') {
      const key = asText(asFields(payload['message'])['idempotencyKey'])
      if (key === `${this.#options.key}:user`) this.#arrived = true
    }
    if (event !== 'chat' || runId === null) return
    const own = runId === this.#options.key
    if (own) this.#arrived = true
    else if (payload['sessionKey'] !== this.#sessionKey) return
    switch (payload['state']) {
      case 'delta':
        return this.#onDelta(runId, own, payload)
      case 'final':
        return own ? this.#onOwnFinal(payload) : this.#lookIfJoined()
      case 'aborted':
      case 'error':
        return own ? this.#onOwnBreak(payload) : this.#lookIfJoined()
      default:
    }
  }

  #onDelta(runId: string, own: boolean, payload: Fields): void {
    const run = this.#runOf(runId)
    if (payload['message'] !== undefined) run.setAnswer(messageText(payload['message']))
    else if (payload['replace'] === true) run.setAnswer(asText(payload['deltaText']) ?? '')
    else run.append(asText(payload['deltaText']) ?? '')
    if (own || this.#joined) this.#tell(runId)
  }

  #onOwnFinal(payload: Fields): void {
    const { key } = this.#options
    const text = payload['message'] === undefined ? '' : messageText(payload['message'])
    if (text !== '') return this.#finish({ text, runId: key, state: 'final', error: null })
    // Without a word: the row is written, another run answers it, or the agent chose silence. The transcript tells.
    this.#joined = hasProof(this.#session) && !this.#runs.has(key)
    void this.#look(!this.#joined)
  }

  #onOwnBreak(payload: Fields): void {
    const { key } = this.#options
    const said = payload['message'] === undefined ? '' : messageText(payload['message'])
    const text = said === '' ? (this.#runs.get(key)?.text ?? '') : said
    const aborted = payload['state'] === 'aborted'
    const error = aborted
      ? appError('agent.aborted')
      : appError('agent.failed', { reason: asText(payload['errorMessage']) ?? undefined })
    this.#finish({ text, runId: key, state: aborted ? 'aborted' : 'error', error })
  }

  #lookIfJoined(): void {
    if (this.#joined) void this.#look(false)
  }

  /** Reads the answer from the transcript; `over`: the run is known to have ended, so what is there is all. */
  async #look(over: boolean): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      const query = { sessionKey: this.#sessionKey, limit: historyRows, maxChars: historyChars }
      const page = await readHistory(this.#session, { ...query, signal: this.#options.signal })
      if (hasProof(this.#session)) this.#readAnswer(page, over)
      else this.#readOldAnswer(page)
    } catch (thrown) {
      const lost = thrown instanceof AppFailure && thrown.code !== 'rpc.timeout'
      if (lost) this.#end.reject(this.#lost(thrown.error))
    } finally {
      this.#looking = false
      // Whatever event was missed, the transcript is looked at again.
      this.#things.add(this.#options.clock.after(lookPauseMs, () => void this.#look(over)))
    }
  }

  #readAnswer(page: HistoryPage, over: boolean): void {
    const { key } = this.#options
    const rows = page.rows.map(({ row }) => row)
    const own = rows.findIndex((row) => row.messageKey === key)
    const pending = page.pending.find((input) => input.key === key)
    if (pending?.state === 'cancelled') {
      return this.#finish({ text: '', runId: key, state: 'aborted', error: appError('agent.aborted') })
    }
    if (own === -1) return
    this.#arrived = true
    const before = new Map<string, string[]>()
    for (const row of rows.slice(0, own)) {
      if (row.role !== 'assistant' || row.runId === null) continue
      before.set(row.runId, [...(before.get(row.runId) ?? []), uncut(plainText(row.blocks))])
    }
    this.#before = before
    for (const [runId, run] of this.#runs) run.setCommitted(before.get(runId) ?? [])
    const answers = rows
      .slice(own + 1)
      .filter((row) => row.role === 'assistant' && plainText(row.blocks) !== '')
    const last = answers.at(-1)
    const idle = page.hasActiveRun === false && page.pending.length === 0
    if (!idle && !(over && last !== undefined)) {
      for (const runId of this.#runs.keys()) if (runId !== key) this.#tell(runId)
      return
    }
    const text = answers.map((row) => plainText(row.blocks)).join('\n\n')
    const runId = last?.runId ?? key
    if (last?.partial === true) {
      return this.#finish({ text, runId, state: 'aborted', error: appError('agent.aborted') })
    }
    if (last !== undefined && last.error !== null) {
      const error = appError('agent.failed', { reason: last.error })
      return this.#finish({ text, runId, state: 'error', error })
    }
    this.#finish({ text, runId, state: 'final', error: null })
  }

  /** Old gateways name nothing: the answer is what stands after the last message, and none at all is an error. */
  #readOldAnswer(page: HistoryPage): void {
    const { key } = this.#options
    const rows = page.rows.map(({ row }) => row)
    const lastUser = rows.findLastIndex((row) => row.role === 'user')
    const answers = rows.slice(lastUser + 1).filter((row) => row.role === 'assistant')
    const text = answers.map((row) => plainText(row.blocks)).join('\n\n')
    if (lastUser !== -1 && text !== '') {
      return this.#finish({ text, runId: key, state: 'final', error: null })
    }
    const rest = this.#runs.get(key)?.text ?? ''
    this.#finish({ text: rest, runId: key, state: 'error', error: appError('agent.no-reply') })
  }

  #runOf(runId: string): RunView {
    const known = this.#runs.get(runId)
    if (known !== undefined) return known
    const { clock } = this.#options
    const run = new RunView(runId, clock.now(), clock.monotonic(), null)
    run.setCommitted(this.#before?.get(runId) ?? [])
    this.#runs.set(runId, run)
    return run
  }

  #tell(runId: string): void {
    const text = this.#runs.get(runId)?.text ?? ''
    // Until the transcript told where our message stands, the words may still be for somebody else.
    if (this.#joined && this.#before === null) return
    this.#tellText(runId, text)
  }

  #tellText(runId: string, text: string): void {
    if (text === this.#told) return
    const grows = runId === this.#toldRun || this.#told === ''
    if (grows && text.startsWith(this.#told)) this.#options.onDelta({ delta: text.slice(this.#told.length) })
    else this.#options.onDelta({ replace: text })
    this.#told = text
    this.#toldRun = runId
  }

  #finish(result: OneTurnResult): void {
    if (result.text !== '' && result.text !== this.#told) {
      if (result.text.startsWith(this.#told))
        this.#options.onDelta({ delta: result.text.slice(this.#told.length) })
      else this.#options.onDelta({ replace: result.text })
      this.#told = result.text
    }
    this.#end.resolve(result)
    this.#things.dispose()
  }
}
