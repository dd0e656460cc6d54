import { appError, failure, toAppError, type AppError } from '../../shared/result.ts'
import type { GatewaySession } from '../gateway/session.ts'
import type { Logger } from '../log/logger.ts'
import { delay, type Clock } from '../platform/clock.ts'
import { hasProof } from './history.ts'
import { lookUp, type Verdict } from './lookup.ts'
import { nextStep } from './next-step.ts'
import type { OutboxRecord } from './outbox-file.ts'
import { isCommand, type Outbox } from './outbox.ts'
import { ProofWatch } from './proof-watch.ts'
import { frameSize, readAck, readRefusal, uncertainError, type SendOutcome } from './send-outcome.ts'
import { canonicalKey, processOf } from './session-key.ts'

export interface DeliveryOptions {
  readonly gatewayId: string
  readonly outbox: Outbox
  readonly clock: Clock
  readonly log: Logger
  readonly newKey: () => string
  /** A conversation has messages on their way: its rows should be reported as they are written. */
  readonly onLane: (sessionKey: string) => void
  /** The transcript a conversation writes into now, where it is known. */
  readonly sessionIdOf: (sessionKey: string) => string | null
}

/** Looks without a trace of the message before the person is asked; fewer once its run is over. */
const looksBeforeAsking = 6
const looksAfterEnd = 3
const busyPausesMs = [250, 500, 1_000, 2_000, 5_000, 10_000, 15_000] as const
const unclearPauseMs = 3_000

type RunEndState = 'final' | 'aborted' | 'error'

interface Link {
  readonly session: GatewaySession
  readonly abort: AbortController
  /** Names the gateway's process; null on gateways that do not say. */
  readonly process: string | null
  /** Records whose fate was looked into since this link stands. */
  readonly verified: Set<string>
  /** How the runs of our messages ended, seen on this link. */
  readonly ended: Map<string, { readonly state: RunEndState; readonly reason: string | null }>
  /** Messages whose run was seen, on gateways whose rows prove nothing. */
  readonly arrived: Set<string>
  readonly lanes: Set<string>
  /** Null on gateways whose rows prove nothing. */
  readonly watch: ProofWatch | null
}

/**
 * Brings the messages of one gateway over, each exactly once: in order within a conversation, on disk before they
 * leave, and until their row stands in the transcript.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  #link: Link | null = null

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  attach(session: GatewaySession): void {
    this.detach()
    const { clock, log } = this.#options
    const watch = new ProofWatch({
      clock,
      log,
      accepted: (sessionKey) => this.#accepted(sessionKey),
      lookUp: (sessionKey, records) => this.#lookUp(link, sessionKey, records),
      onLook: (key, verdict, misses) => this.#onLook(link, key, verdict, misses),
    })
    const link: Link = {
      session,
      abort: new AbortController(),
      process: processOf(session),
      verified: new Set(),
      ended: new Map(),
      arrived: new Set(),
      lanes: new Set(),
      watch: hasProof(session) ? watch : null,
    }
    this.#link = link
    this.wake()
  }

  detach(): void {
    const link = this.#link
    if (link === null) return
    this.#link = null
    link.watch?.stop()
    link.abort.abort(failure('link.down'))
    const proof = hasProof(link.session)
    for (const key of link.arrived) this.#remove(key)
    for (const record of this.#records()) {
      // Nothing will tell any more: an order may not be repeated, and old gateways keep no proof.
      const unclear = record.state === 'sending' || (record.state === 'accepted' && !proof)
      if (unclear && (isCommand(record.text) || !proof)) this.#ask(record.key)
    }
    this.refuseWaitingCommands()
  }

  /** An order belongs to its moment: without a link it does not wait. Also called when the app starts. */
  refuseWaitingCommands(): void {
    for (const record of this.#records()) {
      if (record.state !== 'waiting' || !isCommand(record.text)) continue
      if (record.attemptedAt !== null) this.#ask(record.key)
      else this.#update(record.key, { state: 'failed', error: appError('link.down'), again: null })
    }
  }

  /** The person wants it sent again, so what became of it is looked into once more. */
  async resend(record: OutboxRecord): Promise<void> {
    this.#link?.verified.delete(record.key)
    await this.#options.outbox.update(this.#options.gatewayId, record.key, {
      state: 'waiting',
      error: null,
      again: record.state === 'failed' ? 'fresh' : 'same',
    })
    this.wake()
  }

  /** Looks for work; called whenever a record was added or changed. */
  wake(): void {
    const link = this.#link
    if (link === null) return
    for (const record of this.#records()) {
      const sessionKey = canonicalKey(link.session, record.sessionKey)
      if (record.sessionKey !== sessionKey) this.#update(record.key, { sessionKey })
      this.#options.onLane(sessionKey)
      if (link.lanes.has(sessionKey)) continue
      if (!this.#records().some((each) => each.sessionKey === sessionKey && needsWork(each, link))) continue
      link.lanes.add(sessionKey)
      void this.#work(link, sessionKey).finally(() => {
        link.lanes.delete(sessionKey)
        // A record that came while the lane ended must not wait for the next one.
        if (!link.abort.signal.aborted && this.#pending(link, sessionKey).length > 0) this.wake()
      })
    }
  }

  /** A user row with this key was seen in the transcript. */
  proved(key: string): void {
    this.#remove(key)
  }

  /** A run with this id showed itself; it may be the one our message started. */
  noticeRun(runId: string, state: RunEndState | 'started', reason: string | null): void {
    const link = this.#link
    const record = this.#find(runId)
    if (link === null || record === null || record.state === 'failed') return
    if (!hasProof(link.session)) {
      // The run carries our own key: on old gateways that is all the proof there will ever be. The message stays in
      // sight until its run is over and the rows are read again.
      if (state === 'started') link.arrived.add(runId)
      else this.#remove(runId)
      return
    }
    if (state === 'started' || record.sessionKey === null) return
    link.ended.set(runId, { state, reason })
    if (record.state === 'accepted') link.watch?.watch(record.sessionKey, true)
  }

  async #work(link: Link, sessionKey: string): Promise<void> {
    for (let busy = 0; !link.abort.signal.aborted;) {
      const records = this.#pending(link, sessionKey)
      if (records.length === 0) break
      try {
        if (records.some((record) => needsLookUp(record, link))) {
          await this.#verify(link, sessionKey, records)
          continue
        }
        const [record] = records
        if (record === undefined) break
        const outcome = await this.#send(link, sessionKey, record)
        busy = outcome.kind === 'busy' ? busy + 1 : 0
        await this.#settle(link, record.key, outcome, busy)
      } catch (thrown) {
        if (link.abort.signal.aborted) return
        this.#options.log.warn('delivering messages failed, trying again', { code: toAppError(thrown).code })
        await delay(this.#options.clock, unclearPauseMs, link.abort.signal).catch(() => undefined)
      }
    }
    link.watch?.watch(sessionKey)
  }

  /** Records of a conversation that have something to be done now, oldest first. */
  #pending(link: Link, sessionKey: string): readonly OutboxRecord[] {
    return this.#records().filter((record) => record.sessionKey === sessionKey && needsWork(record, link))
  }

  async #verify(link: Link, sessionKey: string, records: readonly OutboxRecord[]): Promise<void> {
    const asked = records.filter((record) => needsLookUp(record, link))
    const verdicts = await this.#lookUp(link, sessionKey, asked)
    for (const { key } of asked) {
      link.verified.add(key)
      const verdict = verdicts.get(key)
      if (verdict !== undefined) this.#apply(link, key, verdict)
    }
  }

  #lookUp(
    link: Link,
    sessionKey: string,
    records: readonly OutboxRecord[],
  ): Promise<ReadonlyMap<string, Verdict>> {
    const asked = records.map(({ key, attemptedAt, createdAt, sessionId }) => ({
      key,
      attemptedAt: attemptedAt ?? createdAt,
      sessionId,
    }))
    return lookUp(link.session, sessionKey, asked, this.#options.clock, link.abort.signal)
  }

  #apply(link: Link, key: string, verdict: Verdict): void {
    // Whatever came to light while the gateway was asked counts.
    const record = this.#find(key)
    if (record === null || link.abort.signal.aborted) return
    const sameProcess = link.process !== null && record.ackedBy === link.process
    const step = nextStep(record, verdict, { command: isCommand(record.text), sameProcess })
    switch (step) {
      case 'drop':
        return this.#remove(key)
      case 'wait':
        return this.#update(key, { state: 'accepted', error: null, again: null })
      case 'send':
        return this.#update(key, { state: 'waiting', error: null })
      case 'send-fresh':
        return this.#renew(record)
      case 'ask':
        return this.#ask(key)
      case 'cancelled':
        return this.#update(key, { state: 'failed', error: appError('agent.aborted'), again: null })
    }
  }

  async #send(link: Link, sessionKey: string, record: OutboxRecord): Promise<SendOutcome> {
    const { session, abort } = link
    const params = { sessionKey, message: record.text, idempotencyKey: record.key }
    if (frameSize(params) > session.facts.maxPayload) {
      return { kind: 'refused', error: appError('rpc.too-large') }
    }
    link.verified.add(record.key)
    // Never on the wire before the disk knows that it may have arrived.
    const attemptedAt = record.attemptedAt ?? this.#options.clock.now()
    const sessionId = record.sessionId ?? this.#options.sessionIdOf(sessionKey)
    const { gatewayId, outbox } = this.#options
    try {
      await outbox.update(gatewayId, record.key, { state: 'sending', attemptedAt, sessionId, again: null })
    } catch (thrown) {
      this.#update(record.key, { attemptedAt: record.attemptedAt })
      return { kind: 'refused', error: toAppError(thrown) }
    }
    if (abort.signal.aborted || this.#find(record.key) === null) {
      return { kind: 'unclear', lost: true, error: appError('link.down') }
    }
    try {
      return readAck(await session.request('chat.send', params, { signal: abort.signal }))
    } catch (thrown) {
      return readRefusal(thrown)
    }
  }

  async #settle(link: Link, key: string, outcome: SendOutcome, busy: number): Promise<void> {
    switch (outcome.kind) {
      case 'executed':
        return this.#remove(key)
      case 'accepted':
        return this.#update(key, { state: 'accepted', ackedBy: link.process })
      case 'repeated':
        if (!hasProof(link.session)) return this.#remove(key)
        link.ended.set(key, link.ended.get(key) ?? { state: endOf(outcome.status), reason: null })
        return this.#update(key, { state: 'accepted', ackedBy: link.process })
      case 'refused':
        return this.#update(key, { state: 'failed', error: outcome.error })
      case 'busy': {
        this.#update(key, { state: 'waiting' })
        const own = busyPausesMs[Math.min(busy, busyPausesMs.length) - 1] ?? 250
        const pause = Math.max(own, outcome.retryAfterMs ?? 0)
        return delay(this.#options.clock, pause, link.abort.signal).catch(() => undefined)
      }
      case 'unclear':
        if (outcome.lost && !hasProof(link.session)) return this.#ask(key)
        // On a link that lives it is looked up in a moment; otherwise the next link does.
        link.verified.delete(key)
        return delay(this.#options.clock, unclearPauseMs, link.abort.signal).catch(() => undefined)
    }
  }

  #onLook(link: Link, key: string, verdict: Verdict, misses: number): void {
    if (misses > 0) this.#missing(link, key, misses)
    else this.#apply(link, key, verdict)
    this.wake()
  }

  /** An acknowledged message of which the gateway shows nothing. Never sent again on a healthy link. */
  #missing(link: Link, key: string, misses: number): void {
    const end = link.ended.get(key)
    if (end === undefined) {
      if (misses >= looksBeforeAsking) this.#ask(key)
      return
    }
    // The row may be written a moment after the run's end is told.
    if (misses < looksAfterEnd) return
    if (end.state === 'final') {
      const record = this.#find(key)
      if (record !== null && isCommand(record.text)) this.#remove(key)
      else this.#ask(key)
      return
    }
    const error =
      end.state === 'aborted'
        ? appError('agent.aborted')
        : appError('agent.failed', { reason: end.reason ?? undefined })
    this.#update(key, { state: 'failed', error })
  }

  #renew(record: OutboxRecord): void {
    const fresh = { state: 'waiting', error: null, again: null, ackedBy: null, attemptedAt: null } as const
    this.#update(record.key, { ...fresh, key: this.#options.newKey(), sessionId: null })
  }

  #ask(key: string): void {
    this.#update(key, { state: 'uncertain', error: uncertainError(), again: null })
  }

  #records(): readonly OutboxRecord[] {
    return this.#options.outbox.list(this.#options.gatewayId)
  }

  #accepted(sessionKey: string): readonly OutboxRecord[] {
    return this.#records().filter((each) => each.sessionKey === sessionKey && each.state === 'accepted')
  }

  #find(key: string): OutboxRecord | null {
    return this.#options.outbox.find(this.#options.gatewayId, key)
  }

  #update(key: string, patch: Partial<OutboxRecord>): void {
    this.#options.outbox.update(this.#options.gatewayId, key, patch).catch((thrown: unknown) => {
      this.#warn(toAppError(thrown))
    })
  }

  #remove(key: string): void {
    this.#options.outbox.remove(this.#options.gatewayId, key).catch((thrown: unknown) => {
      this.#warn(toAppError(thrown))
    })
  }

  /** What the disk does not know yet it learns with the next change; until then the transcript decides after a crash. */
  #warn(error: AppError): void {
    this.#options.log.warn('the outbox could not be saved', { code: error.code })
  }
}

const endOf = (status: string): RunEndState =>
  status === 'ok' ? 'final' : status === 'timeout' ? 'aborted' : 'error'

/** Something is to be done for the record on this link: send it, or find out what became of it. */
const needsWork = (record: OutboxRecord, link: Link): boolean =>
  record.state === 'waiting' || record.state === 'sending' || needsLookUp(record, link)

const needsLookUp = (record: OutboxRecord, link: Link): boolean =>
  record.attemptedAt !== null && record.state !== 'failed' && !link.verified.has(record.key)
