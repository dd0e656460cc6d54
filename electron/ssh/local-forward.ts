import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import type { LocalPortView } from '../../shared/model/connection.ts'
import type { LocalPortChoice } from '../../shared/model/gateway.ts'
import { appError } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import { describePortOwner, findPortOwner } from '../platform/port-owner.ts'
import type { Spawner } from '../platform/spawn.ts'

export interface LocalForwardOptions {
  readonly choice: LocalPortChoice
  /** Opens a stream to the gateway for one client; rejects while the link is down, which turns that client away. */
  readonly openChannel: (signal: AbortSignal) => Promise<Duplex>
  /** Where it leads, as seen from the server; for the log only. */
  readonly remoteHost?: string
  readonly spawner: Pick<Spawner, 'run'>
  readonly log: Logger
}

export interface LocalForward {
  readonly view: LocalPortView
  /** Null where nothing listens. */
  readonly port: number | null
  /** Closes the listener and every connection on it. Resolves when the port is free again. */
  close(): Promise<void>
}

/**
 * The optional listener on 127.0.0.1 for the user's other tools. A taken port never rejects: the preferred one gives
 * way to any free one, and of a fixed one the view says who has it.
 */
export async function openLocalForward(options: LocalForwardOptions): Promise<LocalForward> {
  const { choice, log, spawner } = options
  if (choice.mode === 'off') return { view: { state: 'off' }, port: null, close: () => Promise.resolve() }
  let takenBy: string | null = null
  let listener = await listen(choice.port, options)
  if (typeof listener === 'string') {
    const owner = await findPortOwner(choice.port, spawner)
    takenBy = owner === null ? `another program (${listener})` : describePortOwner(owner)
    log.info('the local port is taken', { port: choice.port, owner: takenBy })
    if (choice.mode === 'fixed') return failed(choice.port, takenBy)
    listener = await listen(0, options)
    if (typeof listener === 'string') return failed(choice.port, takenBy)
  }
  const { port, close } = listener
  log.info('the local port listens', { port, to: options.remoteHost })
  return { view: { state: 'listening', port, preferredTakenBy: takenBy }, port, close }
}

interface Listener {
  readonly port: number
  readonly close: () => Promise<void>
}

function failed(port: number, owner: string): LocalForward {
  const error = appError('local.port-taken', { port, owner })
  return { view: { state: 'failed', error }, port: null, close: () => Promise.resolve() }
}

/** Listens, or says by its errno why it cannot. */
function listen(port: number, options: LocalForwardOptions): Promise<Listener | string> {
  const sockets = new Set<Socket>()
  const closing = new AbortController()
  // Half-open is allowed on both sides, so that a client can end its request and still read the answer.
  const server: Server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
    (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      serve(socket, closing.signal, options)
    },
  )
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.on('error', (error) => options.log.warn('the local port failed', { error: String(error) }))
      resolve({
        port: (server.address() as AddressInfo).port,
        async close() {
          closing.abort()
          const closed = new Promise<void>((done) => server.close(() => done()))
          for (const socket of sockets) socket.destroy()
          await closed
        },
      })
    })
  })
}

function serve(socket: Socket, closing: AbortSignal, options: LocalForwardOptions): void {
  const gone = new AbortController()
  const onGone = (): void => gone.abort()
  socket.on('error', () => {})
  socket.once('close', onGone)
  options.openChannel(AbortSignal.any([gone.signal, closing])).then(
    (channel) => {
      if (socket.destroyed) {
        channel.on('error', () => {})
        channel.destroy()
        return
      }
      // Each direction ends on its own; a failure of either ends both. pipeline brings the backpressure.
      const onEnd = (error: NodeJS.ErrnoException | null): void => {
        if (!error) return
        channel.destroy()
        socket.destroy()
      }
      pipeline(socket, channel, onEnd)
      pipeline(channel, socket, onEnd)
      // A channel that is gone takes the client along, but not what is still on its way to it.
      channel.once('close', () => socket.destroySoon())
    },
    (error: unknown) => {
      options.log.info('a client of the local port was turned away', { error: String(error) })
      socket.destroy()
    },
  )
}
