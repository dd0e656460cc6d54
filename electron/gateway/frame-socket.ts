import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { failure } from '../../shared/result.ts'
import type { Clock } from '../platform/clock.ts'
import { disposable, DisposableStore } from '../platform/disposable.ts'
import type { SocketClose } from './close-codes.ts'
import type { GatewayRoute } from './session.ts'
import { transportFailure, upgradeFailure } from './upgrade-errors.ts'

/** Larger than any frame a gateway sends (its own limit is 25 MiB), and a bound on what a broken one can make us hold. */
const maxReceivedBytes = 32 * 1024 * 1024
const upgradeTimeoutMs = 15_000
/** How long a polite close may take before the socket is torn down. */
const closeGraceMs = 1_000

/** Who hears what arrives. */
interface SocketHandlers {
  text(text: string): void
  /** Called once, and never after `destroy()` by the one who listens. */
  closed(close: SocketClose): void
  /** Any sign of life: a frame, a ping, a pong. */
  alive?(): void
  pong?(payload: string): void
}

/** A WebSocket whose bytes go over a route's stream. */
export interface FrameSocket {
  /** Takes the place of who listened before; nothing arrives before the first call. */
  listen(handlers: SocketHandlers): void
  send(text: string): void
  ping(payload: string): void
  /** Says goodbye with `code`, waits a moment for the answer, and resolves when the stream is gone. */
  close(code: number, reason: string): Promise<void>
  /** Ends it at once. */
  destroy(): void
}

interface OpenSocketOptions {
  readonly route: GatewayRoute
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The stream stands; the upgrade comes next. */
  readonly onWay: () => void
}

/**
 * Opens the route's stream and upgrades it to a WebSocket: no Origin, no compression, no port of our own.
 * Rejects with an AppFailure; an abort destroys the stream wherever it stands.
 */
export async function openFrameSocket(options: OpenSocketOptions): Promise<FrameSocket> {
  const { route, signal } = options
  const stream = await route.stream(signal)
  // Until the WebSocket takes over, nobody else listens, and an unheard 'error' would end the process.
  stream.on('error', () => undefined)
  if (signal.aborted) {
    stream.destroy()
    throw abortReason(signal)
  }
  options.onWay()
  return upgrade(stream, options)
}

function upgrade(stream: Duplex, options: OpenSocketOptions): Promise<FrameSocket> {
  const { route, clock, signal } = options
  const peer = { host: route.host, port: route.port }
  const socket = new WebSocket(route.url, {
    createConnection: () => stream as never,
    perMessageDeflate: false,
    maxPayload: maxReceivedBytes,
    followRedirects: false,
  })
  const wrapped = wrap(socket, stream, clock)

  return new Promise((resolve, reject) => {
    const things = new DisposableStore()
    const fail = (error: Error): void => {
      if (things.disposed) return
      things.dispose()
      wrapped.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(abortReason(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    things.add(disposable(() => signal.removeEventListener('abort', onAbort)))
    things.add(
      clock.after(upgradeTimeoutMs, () =>
        fail(failure('gateway.timeout', peer, { detail: 'no answer to the WebSocket upgrade' })),
      ),
    )
    socket.once('open', () => {
      if (things.disposed) return
      things.dispose()
      // The greeting may have come along with the upgrade; it waits for `listen`.
      socket.pause()
      resolve(wrapped)
    })
    socket.once('unexpected-response', (_request, response) => {
      void upgradeFailure(response, peer).then(fail, fail)
    })
    socket.once('error', (error) => fail(transportFailure(error, peer)))
    stream.once('close', () => fail(transportFailure(new Error('the stream closed'), peer)))
  })
}

function wrap(socket: WebSocket, stream: Duplex, clock: Clock): FrameSocket {
  const gone = Promise.withResolvers<void>()
  let handlers: SocketHandlers | null = null
  let closed: SocketClose | null = null
  const wrapped: FrameSocket = {
    listen(next) {
      handlers = next
      if (closed === null) socket.resume()
      else next.closed(closed)
    },
    send: (text) => socket.send(text, ignoreFailure),
    ping: (payload) => socket.ping(payload, undefined, ignoreFailure),
    async close(code, reason) {
      if (socket.readyState === WebSocket.CONNECTING) wrapped.destroy()
      socket.close(code, reason)
      const first = clock.after(closeGraceMs, () => wrapped.destroy(), { ref: true })
      const last = clock.after(2 * closeGraceMs, () => gone.resolve(), { ref: true })
      await gone.promise
      first.dispose()
      last.dispose()
    },
    destroy() {
      socket.terminate()
      stream.destroy()
    },
  }
  const end = (close: SocketClose): void => {
    closed = close
    if (stream.closed) gone.resolve()
    else stream.once('close', () => gone.resolve())
    stream.destroy()
    handlers?.closed(close)
  }
  socket.on('message', (data, isBinary) => {
    handlers?.alive?.()
    if (!isBinary) handlers?.text((data as Buffer).toString('utf8'))
  })
  socket.on('ping', () => handlers?.alive?.())
  socket.on('pong', (data) => {
    handlers?.alive?.()
    handlers?.pong?.(data.toString())
  })
  // A broken frame or a write to a dead stream: 'close' follows and tells the story.
  socket.on('error', () => undefined)
  socket.on('close', (code, reason) => end({ code, reason: reason.toString() }))
  return wrapped
}

/** What cannot be sent any more is told by the 'close' that follows. */
const ignoreFailure = (): void => undefined

/** The AppFailure an abort stands for: its reason if it is one, else `interrupted`. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return reason instanceof Error && reason.name === 'AppFailure' ? reason : failure('interrupted')
}
