import type { Disposable } from '../platform/disposable.ts'
import type { Clock } from '../platform/clock.ts'

export interface LivenessOptions {
  readonly clock: Clock
  /** Bytes ever received on the link: a number that grows proves the peer alive. */
  readonly bytesReceived: () => number
  /** Asks the peer for a sign of life; resolves to the round trip in ms or rejects after `timeoutMs`. */
  readonly probe: (timeoutMs: number) => Promise<number>
  readonly onLatency: (ms: number) => void
  readonly onDead: () => void
}

export interface Liveness extends Disposable {
  /** A window is open or a run is active: a dead peer is noticed within 8 s instead of 30 s. */
  setWatched(watched: boolean): void
  /** The machine woke or the network changed: probe now, dead after 5 s without an answer. */
  nudge(): void
}

/** Silence until a probe, and how long the probe may take, in ms; the sum is the time a death may go unnoticed. */
const watchedPace = { silence: 3_000, answer: 4_000, tick: 1_000 } as const
const idlePace = { silence: 18_000, answer: 8_000, tick: 4_000 } as const
const nudgeAnswerMs = 5_000
/** A tick that comes this much too late means that the machine slept: silence meanwhile proves nothing. */
const sleepGapMs = 2_000

/**
 * Watches a link the way OpenSSH does, not the way ssh2 does: any byte received proves life, and only silence after a
 * probe is death. Bytes accepted by our own send buffer prove nothing, and a full uplink is no false alarm.
 */
export function watchLiveness(options: LivenessOptions): Liveness {
  const { clock } = options
  let watched = false
  let ended = false
  let lastBytes = options.bytesReceived()
  let lastSign = clock.monotonic()
  let lastTick = clock.monotonic()
  let probing = false
  let timer: Disposable | null = null

  const noteBytes = (): boolean => {
    const bytes = options.bytesReceived()
    if (bytes === lastBytes) return false
    lastBytes = bytes
    lastSign = clock.monotonic()
    return true
  }

  const probe = async (answerMs: number): Promise<void> => {
    if (probing || ended) return
    probing = true
    try {
      for (;;) {
        const before = options.bytesReceived()
        try {
          const latency = await options.probe(answerMs)
          if (ended) return
          noteBytes()
          lastSign = clock.monotonic()
          options.onLatency(latency)
          return
        } catch {
          if (ended) return
          // Other bytes came meanwhile, so the peer lives and our ping only waits behind a full line.
          if (options.bytesReceived() !== before) {
            noteBytes()
            continue
          }
          end()
          options.onDead()
          return
        }
      }
    } finally {
      probing = false
    }
  }

  const tick = (): void => {
    if (ended) return
    const pace = watched ? watchedPace : idlePace
    const now = clock.monotonic()
    const slept = now - lastTick > pace.tick + sleepGapMs
    lastTick = now
    if (!noteBytes() || slept) {
      if (slept) void probe(nudgeAnswerMs)
      else if (now - lastSign >= pace.silence) void probe(pace.answer)
    }
    arm()
  }

  const arm = (): void => {
    timer?.dispose()
    if (!ended) timer = clock.after((watched ? watchedPace : idlePace).tick, tick)
  }

  const end = (): void => {
    ended = true
    timer?.dispose()
  }

  arm()
  return {
    setWatched(next) {
      if (watched === next) return
      watched = next
      lastTick = clock.monotonic()
      arm()
    },
    nudge() {
      void probe(nudgeAnswerMs)
    },
    dispose: end,
  }
}
