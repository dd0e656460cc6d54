import { failure, type AppFailure } from '../../shared/result.ts'
import { stageWords } from '../../shared/text/stages.ts'
import { DisposableStore, disposable, type Disposable } from '../platform/disposable.ts'
import { closeFailure } from './close-codes.ts'
import { connectFailure } from './connect-errors.ts'
import { parseFrame, readChallenge, recordOf, requestText, type Frame, type GatewayError } from './frames.ts'
import { abortReason, openFrameSocket, type FrameSocket } from './frame-socket.ts'
import { readHello, type Hello } from './hello.ts'
import { connectParams, type ClientProfile, type PresentedAuth } from './profiles.ts'
import type { GatewayOpenOptions, GatewayStageEvent } from './session.ts'

/** A gateway greets at once; one that is busy starting needs a moment. */
const challengeTimeoutMs = 15_000
/** A wrong secret is answered up to 5 s late on purpose (throttling), and a loaded gateway is slow. */
const replyTimeoutMs = 20_000
const connectId = 'connect'

/** The gateway said no. `error` is what it said, `failure` what that means to a person. */
export class Refusal extends Error {
  readonly error: GatewayError
  readonly failure: AppFailure

  constructor(error: GatewayError, meaning: AppFailure) {
    super(meaning.message)
    this.name = 'Refusal'
    this.error = error
    this.failure = meaning
  }
}

/** A socket that stands at hello-ok. */
export interface Greeted {
  readonly socket: FrameSocket
  readonly hello: Hello
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * One attempt: stream, upgrade, challenge, connect. `take` is called in the same turn in which hello-ok arrives, so that
 * it can put its own handlers in place before the next frame. Rejects with a {@link Refusal} or an AppFailure, and then
 * nothing of the attempt is left.
 */
export async function shakeHands<T>(
  options: GatewayOpenOptions,
  profile: ClientProfile,
  presented: PresentedAuth,
  onStage: (event: GatewayStageEvent) => void,
  take: (greeted: Greeted) => T,
): Promise<T> {
  const { route, clock, signal } = options
  const onWay = (): void => onStage({ stage: 'way', message: `${route.host}:${route.port}` })
  const socket = await openFrameSocket({ route, clock, signal, onWay })
  const things = new DisposableStore()
  try {
    return await new Promise<T>((resolve, reject) => {
      const peer = { host: route.host, port: route.port }
      const timeout = (ms: number, detail: string): Disposable =>
        things.add(clock.after(ms, () => reject(failure('gateway.timeout', peer, { detail }))))
      let phase: 'greeting' | 'answer' | 'over' = 'greeting'
      const greetingTimer = timeout(challengeTimeoutMs, 'no challenge')
      const onAbort = (): void => reject(abortReason(signal))
      signal.addEventListener('abort', onAbort, { once: true })
      things.add(disposable(() => signal.removeEventListener('abort', onAbort)))

      const readGreeting = (frame: Frame | null): void => {
        if (frame === null) {
          reject(failure('gateway.not-a-gateway', { ...peer, reason: 'it greets in another language' }))
          return
        }
        const challenge = readChallenge(frame)
        if (challenge === null) return
        phase = 'answer'
        greetingTimer.dispose()
        timeout(replyTimeoutMs, 'no answer to connect')
        onStage({ stage: 'gateway', message: stageWords.gatewayGreets })
        socket.send(requestText(connectId, 'connect', connectParams(profile, options, presented, challenge)))
      }
      const readAnswer = (frame: Frame | null): void => {
        if (frame?.type !== 'res' || frame.id !== connectId) return
        phase = 'over'
        if (!frame.ok) {
          reject(new Refusal(frame.error, connectFailure(frame.error, peer)))
          return
        }
        const hello = readHello(frame.payload)
        if (hello === null) {
          reject(failure('gateway.protocol-mismatch', { ...peer, reason: 'its welcome is not understood' }))
          return
        }
        resolve(take({ socket, hello, payload: recordOf(frame.payload) }))
      }

      socket.listen({
        text(text) {
          if (phase === 'greeting') readGreeting(parseFrame(text))
          else if (phase === 'answer') readAnswer(parseFrame(text))
        },
        closed: (close) => reject(closeFailure(close, peer)),
      })
      if (signal.aborted) onAbort()
    })
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    things.dispose()
  }
}
