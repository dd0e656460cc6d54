import * as z from 'zod/mini'
import { LinkLost, Listeners, type LinkState, type Transport } from './transport.ts'

/** Close code of a server that does not accept the secret. */
export const secretRefused = 4401

const firstRetryMs = 250
const longestRetryMs = 5_000

const frameSchema = z.union([
  z.object({ id: z.number(), result: z.unknown() }),
  z.object({ event: z.string(), payload: z.unknown() }),
])

/** The few things of a WebSocket that are used here, so that tests can stand in for it. */
export type SocketLike = Pick<WebSocket, 'send' | 'close' | 'readyState' | 'addEventListener'>

export interface SocketTransportOptions {
  /** Null: this page was opened without its secret. */
  readonly secret: string | null
  readonly open: (protocols: readonly string[]) => SocketLike
  /** Calls back once after `ms`; returns what cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void
  /** In [0, 1). */
  readonly random: () => number
}

/**
 * A browser tab: one WebSocket to the serving origin. A cut link is opened again with growing pauses; calls that
 * were under way reject, since nobody knows whether they arrived.
 */
export function createSocketTransport(options: SocketTransportOptions): Transport {
  const events = new Listeners<unknown>()
  const states = new Listeners<LinkState>()
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const secret = options.secret
  let state: LinkState = secret === null ? 'refused' : 'opening'
  let socket: SocketLike | null = null
  let nextId = 1
  let failures = 0
  let closed = false
  let cancelRetry = (): void => {}

  const setState = (next: LinkState): void => {
    if (next === state) return
    state = next
    states.emit(next)
  }

  const receive = (data: unknown): void => {
    const frame = parseFrame(data)
    if (frame === null) return
    if ('id' in frame) {
      pending.get(frame.id)?.resolve(frame.result)
      pending.delete(frame.id)
    } else {
      events.emit({ name: frame.event, payload: frame.payload })
    }
  }

  const onGone = (gone: SocketLike, code: number): void => {
    if (gone !== socket) return
    socket = null
    const waiting = [...pending.values()]
    pending.clear()
    for (const call of waiting) call.reject(new LinkLost())
    if (closed) return
    if (code === secretRefused) {
      setState('refused')
      return
    }
    if (state === 'open') setState('lost')
    const pause = Math.min(longestRetryMs, firstRetryMs * 2 ** failures)
    failures += 1
    cancelRetry = options.after(pause * (0.75 + options.random() / 2), connect)
  }

  const connect = (): void => {
    if (closed || secret === null) return
    const own = options.open(['hawser.v1', `secret.${secret}`])
    socket = own
    own.addEventListener('open', () => {
      if (own !== socket) return
      failures = 0
      setState('open')
    })
    own.addEventListener('message', (message: MessageEvent) => {
      if (own === socket) receive(message.data)
    })
    own.addEventListener('close', (event: CloseEvent) => onGone(own, event.code))
  }

  connect()
  return {
    call(name, input) {
      const own = socket
      if (own === null || state !== 'open') return Promise.reject(new LinkLost())
      const id = nextId
      nextId += 1
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject })
        own.send(JSON.stringify({ id, call: name, input }))
      })
    },
    onEvent: (listener) => events.add(listener),
    onState: (listener) => states.add(listener),
    state: () => state,
    close() {
      closed = true
      cancelRetry()
      socket?.close()
    },
  }
}

function parseFrame(data: unknown): z.infer<typeof frameSchema> | null {
  if (typeof data !== 'string') return null
  try {
    const parsed = frameSchema.safeParse(JSON.parse(data))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
