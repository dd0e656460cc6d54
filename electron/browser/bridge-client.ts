import type { RawData, WebSocket } from 'ws'
import { bridgeCallSchema, bridgeCloseCodes } from '../../shared/contract/bridge.ts'
import type { AppEvent } from '../../shared/contract/index.ts'
import { appError, type Result } from '../../shared/result.ts'
import type { AppCore } from '../app/app-core.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { DisposableStore, disposable } from '../platform/disposable.ts'

/** Bounds of one client; tests make them small. Bytes, counts and milliseconds. */
export interface BridgeLimits {
  /** The largest frame taken from a page: a message of a million characters fits, however it is escaped. */
  readonly frameBytes: number
  /** What may wait unsent for one page before it is dropped. One frame may exceed it, since history can be long. */
  readonly waitingBytes: number
  /** Calls of one page that may be under way. */
  readonly callsAtOnce: number
  /** How often a silent page is asked whether it is there; it is dropped after two such spans. */
  readonly pingMs: number
}

export const bridgeLimits: BridgeLimits = {
  frameBytes: 8 * 1024 * 1024,
  waitingBytes: 16 * 1024 * 1024,
  callsAtOnce: 256,
  pingMs: 15_000,
}

/** How long a page has to answer a close. */
const closeGraceMs = 3000

export interface BridgeClientOptions {
  readonly socket: WebSocket
  readonly core: Pick<AppCore, 'callUnknown'>
  readonly limits: BridgeLimits
  readonly clock: Clock
  readonly log: Logger
  readonly onClosed: () => void
}

/** One page on the bridge. */
export interface BridgeClient {
  /** Sends an event; `text` is its frame, written once for all pages. */
  send(text: string): void
  /** Ends the socket with a code, and by force if the page does not answer. */
  close(code: number, reason: string): void
}

/** The frame of an event. */
export const eventFrame = (event: AppEvent): string =>
  JSON.stringify({ event: event.name, payload: event.payload })

/** Serves one page that proved itself: its calls go to the core, answers and events go back. */
export function serveBridgeClient(options: BridgeClientOptions): BridgeClient {
  const { socket, core, limits, clock, log } = options
  const held = new DisposableStore()
  let calls = 0
  let heard = true
  let closed = false

  const close = (code: number, reason: string): void => {
    if (closed) return
    closed = true
    socket.close(code, reason)
    // A page that is gone never answers the close; one that reads slowly still should learn why.
    const timer = clock.after(closeGraceMs, () => socket.terminate())
    socket.once('close', () => timer.dispose())
  }

  const send = (text: string): void => {
    if (closed || socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.waitingBytes) {
      log.warn('a page reads too slowly and was dropped', { waiting: socket.bufferedAmount })
      close(bridgeCloseCodes.tooSlow, 'too slow')
      return
    }
    socket.send(text)
  }

  const answer = (id: number, result: Result<unknown>): void => {
    let text: string
    try {
      text = JSON.stringify({ id, result })
    } catch (error) {
      log.error('an answer could not be written', { reason: String(error) })
      text = JSON.stringify({ id, result: { ok: false, error: appError('internal') } })
    }
    send(text)
  }

  const take = (data: RawData, isBinary: boolean): void => {
    if (closed) return
    const frame = isBinary ? null : parseCall(data)
    if (frame === null) {
      close(bridgeCloseCodes.badFrame, 'not a frame of this protocol')
      return
    }
    if (calls >= limits.callsAtOnce) {
      close(bridgeCloseCodes.tooManyCalls, 'too many calls at once')
      return
    }
    calls += 1
    core.callUnknown(frame.call, frame.input).then(
      (result) => {
        calls -= 1
        answer(frame.id, result)
      },
      (error: unknown) => {
        calls -= 1
        log.error('a call was rejected', { call: frame.call, reason: String(error) })
        answer(frame.id, { ok: false, error: appError('internal') })
      },
    )
  }

  const ask = (): void => {
    if (!heard) {
      log.info('a page is gone without a word')
      socket.terminate()
      return
    }
    heard = false
    socket.ping()
    ticking.dispose()
    ticking = clock.after(limits.pingMs, ask)
  }
  let ticking = clock.after(limits.pingMs, ask)
  held.add(disposable(() => ticking.dispose()))

  socket.on('pong', () => {
    heard = true
  })
  socket.on('message', (data, isBinary) => {
    heard = true
    take(data, isBinary)
  })
  // ws closes by itself after an error (1009 for a frame over the cap); it only must not be unheard.
  socket.on('error', (error) => log.info('the socket of a page failed', { reason: error.message }))
  socket.once('close', () => {
    closed = true
    held.dispose()
    options.onClosed()
  })
  return { send, close }
}

function parseCall(data: RawData): { id: number; call: string; input: unknown } | null {
  try {
    if (!Buffer.isBuffer(data)) return null
    const parsed = bridgeCallSchema.safeParse(JSON.parse(data.toString('utf8')))
    if (!parsed.success) return null
    return { id: parsed.data.id, call: parsed.data.call, input: parsed.data.input ?? {} }
  } catch {
    return null
  }
}
