import { connect, type Socket } from 'node:net'
import { failure } from '../../shared/result.ts'
import type { Clock } from '../platform/clock.ts'
import { abortFailure, networkFailure, type Place } from './ssh-failures.ts'

export interface TcpOptions {
  readonly place: Place
  readonly family: 4 | 6 | null
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly platform: NodeJS.Platform
}

/** Longer than Node's 250 ms: a slow way must not be given up for another family that leads nowhere. */
const familyFallbackMs = 2_000

/**
 * A TCP connection without Nagle's delay from its first byte (ssh2 sets it too late: 250 instead of 80 ms to connect).
 * A name with several addresses, such as localhost, is tried in both families. Rejects with `network.*`.
 */
export function connectTcp(options: TcpOptions): Promise<Socket> {
  const { place, signal } = options
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortFailure(signal))
      return
    }
    const socket = connect({
      host: place.host,
      port: place.port,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: familyFallbackMs,
      ...(options.family === null ? {} : { family: options.family }),
    })
    const release = (): void => {
      timer.dispose()
      signal.removeEventListener('abort', onAbort)
      socket.removeListener('connect', onConnect)
      socket.removeListener('error', onError)
    }
    const giveUp = (error: Error): void => {
      release()
      socket.on('error', () => {})
      if (socket.closed) reject(error)
      else socket.once('close', () => reject(error))
      socket.destroy()
    }
    const onAbort = (): void => giveUp(abortFailure(signal))
    const onError = (error: Error): void => giveUp(networkFailure(error, place, options.platform))
    const onConnect = (): void => {
      release()
      resolve(socket)
    }
    const timer = options.clock.after(options.timeoutMs, () =>
      giveUp(
        failure('network.timeout', {
          host: place.host,
          port: place.port,
          seconds: Math.round(options.timeoutMs / 1000),
        }),
      ),
    )
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('connect', onConnect)
    socket.once('error', onError)
  })
}
