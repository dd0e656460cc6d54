import { Socket } from 'node:net'
import type { GetStreamCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'
import { OpenSSHAgent } from './ssh2.ts'

/** A key an agent holds. The private half never leaves it. */
export interface AgentIdentity {
  readonly publicKey: Buffer
  readonly comment: string
  readonly key: ParsedKey
}

/** How long an agent may take to list its keys: some never answer. */
const listTimeoutMs = 5_000

/**
 * An SSH agent behind a socket or a Windows pipe. ssh2's own client knows no time limit and leaves its sockets open
 * when it is given up, so every socket is kept here and destroyed with this object.
 */
export class SshAgent implements Disposable {
  readonly #agent: TrackingAgent
  readonly #clock: Clock

  constructor(socketPath: string, clock: Clock) {
    this.#agent = new TrackingAgent(socketPath)
    this.#clock = clock
  }

  /** The keys it holds, of the kinds the built-in engine can use. Rejects if it cannot be reached, or takes too long. */
  async list(signal: AbortSignal): Promise<readonly AgentIdentity[]> {
    signal.throwIfAborted()
    const keys = await new Promise<readonly ParsedKey[]>((resolve, reject) => {
      const timer = this.#clock.after(listTimeoutMs, () =>
        finish(() => reject(new Error('no answer in time'))),
      )
      const onAbort = (): void => finish(() => reject(signal.reason as Error))
      const finish = (settle: () => void): void => {
        timer.dispose()
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#agent.getIdentities((error, found) => {
        if (error) finish(() => reject(error))
        else finish(() => resolve((found ?? []) as readonly ParsedKey[]))
      })
    }).finally(() => this.#agent.destroySockets())
    return keys.map((key) => ({ key, comment: key.comment, publicKey: key.getPublicSSH() }))
  }

  /** Has it sign. May wait for a touch or a click, so the caller sets the time limit. */
  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions, callback: SignCallback): void {
    this.#agent.sign(key, data, options, callback)
  }

  dispose(): void {
    this.#agent.destroySockets()
  }
}

class TrackingAgent extends OpenSSHAgent {
  readonly #path: string
  readonly #sockets = new Set<Socket>()

  constructor(socketPath: string) {
    super(socketPath)
    this.#path = socketPath
  }

  override getStream(callback: GetStreamCallback): void {
    const socket = new Socket()
    let told = false
    const tell: GetStreamCallback = (error, stream) => {
      if (told) return
      told = true
      callback(error, stream)
    }
    this.#sockets.add(socket)
    socket.on('connect', () => tell(null, socket))
    socket.on('error', (error) => tell(error))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      tell(new Error('the agent hung up'))
    })
    socket.connect(this.#path)
  }

  destroySockets(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
