import type { StageView } from '../../shared/model/connection.ts'
import { failure, type AppError } from '../../shared/result.ts'
import { goOnce, type OneWay } from '../connection/check.ts'
import { retryDelay } from '../connection/backoff.ts'
import { delay } from '../platform/clock.ts'
import { attemptRooms, attemptTarget, questionOf, type VerbContext } from './context.ts'

/** A gateway that is coming up: waited for within the time, by every verb. */
const isComing = ({ code }: AppError): boolean =>
  code === 'gateway.starting' || code === 'gateway.restarting' || code === 'gateway.draining'

/**
 * Goes the way to the gateway once, within `--timeout`: waits for a gateway that is starting, asks what can be asked,
 * and otherwise does not try again. Never rejects; the caller closes the way.
 */
export async function reach(
  context: VerbContext,
  onStages: (stages: readonly StageView[]) => void = () => {},
): Promise<OneWay> {
  const { flags, rooms, signal } = context
  const timeUp = new AbortController()
  const timer = rooms.clock.after(
    flags.timeoutMs,
    () => timeUp.abort(failure('gateway.timeout', { host: context.target.name })),
    { ref: true },
  )
  const either = AbortSignal.any([signal, timeUp.signal])
  let kept: OneWay['link'] = null
  try {
    for (;;) {
      const way = await goOnce(attemptTarget(context), attemptRooms(context), either, onStages, kept)
      kept = way.link
      const { error } = way
      if (error === null || either.aborted) return way
      if (isComing(error)) {
        const waited = await delay(rooms.clock, retryDelay(error, 3, 1), either).then(
          () => true,
          () => false,
        )
        if (!waited) return way
      } else if (!(await askAbout(context, error, either))) {
        return way
      }
    }
  } finally {
    timer.dispose()
  }
}

/** Asks for what a blocked way needs; true if it is worth going again. */
async function askAbout(context: VerbContext, error: AppError, signal: AbortSignal): Promise<boolean> {
  if (!context.interactive) return false
  const question = questionOf(error)
  const { asker } = context.signIn
  if (question === null) return false
  if (question !== 'pairing') {
    const again = !error.code.endsWith('-missing')
    return asker.gatewaySecret({ secret: question, host: context.target.name, again }, signal)
  }
  const identity = await context.rooms.identity()
  return asker.pairing(
    { requestId: null, deviceId: identity.id, command: error.command ?? '', reason: error.message },
    signal,
  )
}
