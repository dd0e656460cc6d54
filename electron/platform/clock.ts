import { disposable, type Disposable } from './disposable.ts'

/** Time as the core sees it, so that tests can hold it in their hands. */
export interface Clock {
  /** Epoch milliseconds; may jump when the system clock is set. */
  now(): number
  /** Milliseconds of a clock that never jumps back, for durations. */
  monotonic(): number
  /** Calls `callback` once after `ms`. The timer keeps the process alive only if `ref` is true. */
  after(ms: number, callback: () => void, options?: { readonly ref?: boolean }): Disposable
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback, options) {
    const timer = setTimeout(callback, ms)
    if (options?.ref !== true) timer.unref()
    return disposable(() => clearTimeout(timer))
  },
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export function delay(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = (): void => {
      timer.dispose()
      reject(signal.reason as Error)
    }
    const timer = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
