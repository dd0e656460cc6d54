import type { AppError } from '../../shared/result.ts'

/** Waits between attempts, in ms, before jitter. The last one repeats. */
const schedule = [250, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const
/** Behind a healthy sign-in only a channel is retried, which is cheap for both sides. */
const gatewaySchedule = [500, 1_000, 2_000, 5_000, 10_000] as const
/** A server that hung up before its banner may be keeping us out; asking again too soon makes that longer. */
const penaltyWaitMs = 30_000

/**
 * How long to wait before the next attempt, in ms.
 * `attempt` is 1 after the first failure; `random` is in [0, 1). Jitter is 50 to 100 %, so that many clients of one
 * server do not return at the same moment.
 */
export function retryDelay(error: AppError, attempt: number, random: number): number {
  if (error.code === 'ssh.reset-before-banner') return Math.max(penaltyWaitMs, error.retryAfterMs ?? 0)
  const isGateway = error.code.startsWith('gateway.') || error.code.startsWith('forward.')
  if (isGateway && error.retryAfterMs !== undefined) return clamp(error.retryAfterMs, 100, 30_000)
  const steps = isGateway ? gatewaySchedule : schedule
  const base = steps[Math.min(attempt, steps.length) - 1] ?? steps[0]
  return Math.max(Math.round(base * (0.5 + random / 2)), error.retryAfterMs ?? 0)
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
