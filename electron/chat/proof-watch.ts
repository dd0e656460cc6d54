import { toAppError } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'
import type { Verdict } from './lookup.ts'
import type { OutboxRecord } from './outbox-file.ts'

/** Pauses between looks at the transcript for a message that was acknowledged, in ms; the last one repeats. */
const pausesMs = [1_000, 3_000, 8_000, 20_000, 40_000, 60_000] as const
const soonMs = 100
const afterFailureMs = 3_000

export interface ProofWatchOptions {
  readonly clock: Clock
  readonly log: Logger
  /** Messages of a conversation that were acknowledged and are not proved. */
  readonly accepted: (sessionKey: string) => readonly OutboxRecord[]
  readonly lookUp: (
    sessionKey: string,
    records: readonly OutboxRecord[],
  ) => Promise<ReadonlyMap<string, Verdict>>
  /** `misses`: how many looks in a row, this one included, showed nothing of the message. */
  readonly onLook: (key: string, verdict: Verdict, misses: number) => void
}

/**
 * Looks after messages that were acknowledged, over one link: their rows usually come as events, but events can be
 * missed, and an ack is no proof.
 */
export class ProofWatch {
  readonly #options: ProofWatchOptions
  readonly #timers = new Map<string, Disposable>()
  readonly #looks = new Map<string, { readonly count: number; readonly misses: number }>()
  #stopped = false

  constructor(options: ProofWatchOptions) {
    this.#options = options
  }

  /** Looks again after a while, for as long as there is something to look for; `soon`: something just happened. */
  watch(sessionKey: string, soon = false): void {
    const accepted = this.#options.accepted(sessionKey)
    if (accepted.length === 0) return
    const least = Math.min(...accepted.map(({ key }) => this.#looks.get(key)?.count ?? 0))
    const pause = pausesMs[Math.min(least, pausesMs.length - 1)] ?? soonMs
    this.#in(sessionKey, soon ? soonMs : pause)
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.dispose()
    this.#timers.clear()
  }

  #in(sessionKey: string, ms: number): void {
    if (this.#stopped) return
    this.#timers.get(sessionKey)?.dispose()
    const timer = this.#options.clock.after(ms, () => {
      this.#look(sessionKey).catch((thrown: unknown) => {
        if (this.#stopped) return
        this.#options.log.warn('looking for sent messages failed', { code: toAppError(thrown).code })
        this.#in(sessionKey, afterFailureMs)
      })
    })
    this.#timers.set(sessionKey, timer)
  }

  async #look(sessionKey: string): Promise<void> {
    const { accepted, lookUp, onLook } = this.#options
    const asked = accepted(sessionKey)
    if (asked.length === 0) return
    const verdicts = await lookUp(sessionKey, asked)
    if (this.#stopped) return
    for (const { key } of accepted(sessionKey)) {
      const verdict = verdicts.get(key)
      if (verdict === undefined) continue
      const before = this.#looks.get(key) ?? { count: 0, misses: 0 }
      const misses = verdict === 'absent' || verdict === 'unknown' ? before.misses + 1 : 0
      this.#looks.set(key, { count: before.count + 1, misses })
      onLook(key, verdict, misses)
    }
    this.watch(sessionKey)
  }
}
