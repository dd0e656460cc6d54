import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Client, ClientChannel } from 'ssh2'
import { failure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { disposable, Emitter, type Disposable } from '../platform/disposable.ts'
import { ChannelStream } from './channel-stream.ts'
import type { ResolvedSshTarget, SshLink } from './engine.ts'
import { abortFailure, channelFailure, type Place } from './ssh-failures.ts'

/** What carries the SSH connection: a TCP socket, or a channel of a jump host's connection. */
export type Transport = Socket | ChannelStream

export interface BuiltinLinkOptions {
  readonly client: Client
  readonly transport: Transport
  readonly place: Place
  readonly resolved: ResolvedSshTarget
  readonly engineReason: string
  readonly serverVersion: string
  /** The jump host's link below this one; it lives and ends with it. */
  readonly below: SshLink | null
  readonly clock: Clock
  readonly log: Logger
}

const channelOpenMs = 10_000
/** How long a server may take to hang up after our good-bye. */
const farewellMs = 500
const longestProbeMs = 5_000

/** A signed-in connection of the built-in engine. */
export class BuiltinLink implements SshLink {
  readonly engine = 'builtin'
  readonly engineReason: string
  readonly resolved: ResolvedSshTarget
  readonly serverVersion: string
  readonly #options: BuiltinLinkOptions
  readonly #streams = new Set<ChannelStream>()
  readonly #closed: Emitter<string>
  readonly #gone: Promise<void>
  #reason: string | null = null
  #lastError: string | null = null
  #own = false

  constructor(options: BuiltinLinkOptions) {
    this.#options = options
    this.engineReason = options.engineReason
    this.resolved = options.resolved
    this.serverVersion = options.serverVersion
    this.#closed = new Emitter((error) =>
      options.log.error('a listener of a closed link failed', { error: String(error) }),
    )
    // Several errors can come for one failure; all but `close` are only its reason.
    options.client.on('error', (error) => {
      this.#lastError = error.message
      this.#destroyAfterFarewell()
    })
    this.#gone = new Promise((resolve) => {
      options.client.once('close', () => {
        this.#onClose()
        resolve()
      })
    })
  }

  async openChannel(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    return this.openStream(host, port, signal)
  }

  /** The same, typed as what it is: it can carry the next hop of a jump. */
  openStream(host: string, port: number, signal: AbortSignal): Promise<ChannelStream> {
    const { client, clock, place } = this.#options
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortFailure(signal))
        return
      }
      let settled = false
      const settle = (action: () => void): void => {
        if (settled) return
        settled = true
        timer.dispose()
        signal.removeEventListener('abort', onAbort)
        action()
      }
      const onAbort = (): void => settle(() => reject(abortFailure(signal)))
      const timer = clock.after(channelOpenMs, () =>
        settle(() => reject(failure('forward.timeout', { host, port }))),
      )
      signal.addEventListener('abort', onAbort, { once: true })
      const onOpen = (error: Error | undefined, channel: ClientChannel): void => {
        if (error) {
          settle(() => reject(channelFailure(error, { host, port }, place)))
        } else if (settled) {
          // Nobody waits for it any more.
          channel.on('error', () => {})
          channel.close()
        } else {
          const stream = this.#adopt(channel)
          const onLateAbort = (): void => {
            stream.destroy()
          }
          signal.addEventListener('abort', onLateAbort, { once: true })
          stream.once('close', () => signal.removeEventListener('abort', onLateAbort))
          settle(() => resolve(stream))
        }
      }
      try {
        if (this.#reason !== null) throw new Error(this.#reason)
        client.forwardOut('127.0.0.1', 0, host, port, onOpen)
      } catch (error) {
        settle(() => reject(this.#lost(error instanceof Error ? error.message : String(error))))
      }
    })
  }

  bytesReceived(): number {
    return this.#options.transport.bytesRead
  }

  onClosed(listener: (reason: string) => void): Disposable {
    if (this.#reason === null) return this.#closed.on(listener)
    const reason = this.#reason
    let cancelled = false
    queueMicrotask(() => {
      if (!cancelled) listener(reason)
    })
    return disposable(() => (cancelled = true))
  }

  async close(): Promise<void> {
    if (this.#reason === null) {
      this.#own = true
      for (const stream of this.#streams) stream.destroy()
      this.#options.client.end()
      this.#destroyAfterFarewell()
    }
    await this.#gone
    await this.#options.below?.close()
  }

  /**
   * Opens and closes one harmless session, which makes an sshd before 10.1 switch off Nagle's algorithm for the whole
   * connection. Resolves to false if the server does not let us; never rejects, never matters to the link.
   */
  switchOnLowLatency(): Promise<boolean> {
    const { client, clock } = this.#options
    return new Promise((resolve) => {
      const timer = clock.after(longestProbeMs, () => resolve(false))
      const settle = (ok: boolean): void => {
        timer.dispose()
        resolve(ok)
      }
      try {
        client.exec('true', (error, channel) => {
          if (error) {
            settle(false)
            return
          }
          channel.on('error', () => {})
          channel.resume()
          channel.stderr.resume()
          const end = clock.after(longestProbeMs, () => channel.close())
          channel.once('close', () => end.dispose())
          channel.end()
          settle(true)
        })
      } catch {
        settle(false)
      }
    })
  }

  #adopt(channel: ClientChannel): ChannelStream {
    const stream = new ChannelStream(channel)
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  #onClose(): void {
    const reason = this.#own ? 'closed by Hawser' : (this.#lastError ?? 'the server closed the connection')
    this.#reason = reason
    for (const stream of this.#streams) {
      // A cut must not look like a clean end, but an error nobody listens to would end our process.
      if (!this.#own && stream.listenerCount('error') > 0) stream.destroy(this.#lost(reason))
      else stream.destroy()
    }
    if (this.#options.below !== null) {
      this.#options.below.close().catch((error: unknown) => {
        this.#options.log.warn('a jump host did not close', { error: String(error) })
      })
    }
    this.#closed.emit(reason)
  }

  #destroyAfterFarewell(): void {
    const { clock, client, transport } = this.#options
    const timer = clock.after(farewellMs, () => transport.destroy(), { ref: true })
    client.once('close', () => timer.dispose())
  }

  #lost(reason: string): Error {
    const { host, port } = this.#options.place
    return failure('ssh.lost', { host, port, reason })
  }
}
