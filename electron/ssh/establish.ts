import type { Client, ClientErrorExtensions, ConnectConfig } from 'ssh2'
import { failure, type AppFailure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'
import type { algorithmsFor } from './algorithms.ts'
import type { Transport } from './builtin-link.ts'
import { SignIn, type CodeQuestion, type KeyCandidate } from './sign-in.ts'
import { Client as SshClient } from './ssh2.ts'
import { abortFailure, earlyEndFailure, type EarlyEnd, type Place } from './ssh-failures.ts'

export interface EstablishOptions {
  readonly transport: Transport
  readonly place: Place
  readonly algorithms: ReturnType<typeof algorithmsFor>
  /** Whether this host key will do. Called once; later key exchanges must bring the same key. */
  readonly acceptHostKey: (key: Buffer) => boolean
  readonly candidates: readonly KeyCandidate[]
  readonly password: string | null
  readonly askCode: (question: CodeQuestion) => Promise<readonly string[] | null>
  /** `ConnectTimeout` of the configuration, in ms; null: our own limits. */
  readonly connectTimeoutMs: number | null
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
}

export type Established =
  | {
      readonly kind: 'ready'
      readonly client: Client
      readonly serverVersion: string
      readonly signIn: SignIn
    }
  /** The host key was turned down; nothing was signed in. */
  | { readonly kind: 'host-key'; readonly key: Buffer }
  /** Signing in needs an answer of a person. */
  | { readonly kind: 'need'; readonly signIn: SignIn }
  /** Every way in was tried, or none was left. */
  | { readonly kind: 'refused'; readonly signIn: SignIn }

const handshakeMs = 15_000
const signInMs = 20_000
/** Below sshd's LoginGraceTime of 120 s. */
const promptMs = 110_000
const farewellMs = 500
const longestGreeting = 8 * 1024

/**
 * Speaks SSH over a connected transport until it is signed in, or cannot be. Except when ready, it resolves or rejects
 * only once the transport is gone. Each phase has its own time limit, since ssh2's one cannot tell a slow server from
 * a person who reads a question.
 */
export function establish(options: EstablishOptions): Promise<Established> {
  const { transport, clock, log, signal, place } = options
  return new Promise((resolve, reject) => {
    const client = new SshClient()
    let phase: EarlyEnd['phase'] = 'greeting'
    let timer: Disposable | null = null
    let timeUp: AppFailure | null = null
    let firstError: EarlyEnd['error'] = null
    let greeting = ''
    let serverVersion = ''
    let refusedKey: Buffer | null = null
    let acceptedKey: Buffer | null = null

    const limit = (ms: number, onTimeUp: () => AppFailure | null): void => {
      timer?.dispose()
      timer = clock.after(ms, () => {
        timeUp = onTimeUp()
        transport.destroy()
      })
    }
    const limitHandshake = (ms: number): void =>
      limit(ms, () => {
        // Somebody who talks but says no SSH greeting is told apart when the transport closes.
        if (phase === 'greeting' && greeting !== '') return null
        return failure('ssh.handshake-timeout', {
          host: place.host,
          port: place.port,
          seconds: Math.round(ms / 1000),
        })
      })
    let farewell: Disposable | null = null
    const giveUp = (): void => {
      client.end()
      farewell ??= clock.after(farewellMs, () => transport.destroy(), { ref: true })
    }
    const signIn = new SignIn({
      user: place.user,
      candidates: options.candidates,
      password: options.password,
      giveUp,
      async askCode(question) {
        limit(promptMs, () => failure('ssh.code-needed', { host: place.host, user: place.user }))
        const answer = await options.askCode(question).catch((error: unknown) => {
          log.warn('asking for a code failed', { error: String(error) })
          return null
        })
        limitHandshake(signInMs)
        return answer
      },
    })

    const onAbort = (): void => {
      transport.destroy()
    }
    const onGreeting = (chunk: Buffer): void => {
      greeting = (greeting + chunk.toString('latin1')).slice(0, longestGreeting)
      const found = /(?:^|\n)(SSH-[^\r\n]*)\r?\n/.exec(greeting)
      if (!found && greeting.length < longestGreeting) return
      transport.removeListener('data', onGreeting)
      if (!found) return
      serverVersion = found[1] ?? ''
      phase = 'key-exchange'
    }
    const release = (): void => {
      timer?.dispose()
      farewell?.dispose()
      signal.removeEventListener('abort', onAbort)
      transport.removeListener('data', onGreeting)
    }
    const onClose = (): void => {
      release()
      if (signal.aborted) reject(abortFailure(signal))
      else if (timeUp !== null) reject(timeUp)
      else if (refusedKey !== null) resolve({ kind: 'host-key', key: refusedKey })
      else if (signIn.need !== null) resolve({ kind: 'need', signIn })
      else if (phase === 'sign-in' && firstError?.level === 'client-authentication') {
        resolve({ kind: 'refused', signIn })
      } else {
        const end: EarlyEnd = { phase, error: firstError, firstBytes: greeting, refused: signIn.refused }
        reject(earlyEndFailure(end, place))
      }
    }
    // Stays for the client's life: ssh2 reports several errors for one failure, and one without a listener is fatal.
    client.on('error', (error: Error & ClientErrorExtensions) => {
      log.debug('ssh2 reports', { level: error.level, message: error.message })
      // An agent that would not sign is no end: the next key comes.
      if (error.level === 'agent' || /^Error (while )?signing/.test(error.message)) return
      firstError ??= error
      if (!ready) giveUp()
    })
    let ready = false
    client.on('close', onClose)
    client.on('handshake', () => {
      if (phase === 'sign-in') return
      phase = 'sign-in'
      limitHandshake(signInMs)
    })
    client.on('ready', () => {
      ready = true
      release()
      client.removeListener('close', onClose)
      resolve({ kind: 'ready', client, serverVersion, signIn })
    })

    limitHandshake(options.connectTimeoutMs ?? handshakeMs)
    signal.addEventListener('abort', onAbort, { once: true })
    const config: ConnectConfig = {
      sock: transport,
      username: place.user,
      // Its keepalive kills healthy links on a busy uplink, and its one time limit cuts questions short: both are ours.
      keepaliveInterval: 0,
      readyTimeout: 0,
      algorithms: options.algorithms,
      // Always answered at once: a late answer in the middle of a rekey corrupts the stream.
      hostVerifier: (key: Buffer): boolean => {
        if (acceptedKey !== null) return acceptedKey.equals(key)
        const copy = Buffer.from(key)
        if (options.acceptHostKey(copy)) acceptedKey = copy
        else refusedKey = copy
        return acceptedKey !== null
      },
      authHandler: (left: readonly string[] | null, partial: boolean | null): ReturnType<SignIn['next']> => {
        limitHandshake(signInMs)
        return signIn.next(left, partial)
      },
    }
    try {
      client.connect(config)
    } catch (error) {
      release()
      transport.destroy()
      reject(error)
      return
    }
    // After connect(), which has paused the transport: both hear the first bytes, neither takes them from the other.
    transport.on('data', onGreeting)
    if (signal.aborted || transport.destroyed) transport.destroy()
  })
}
