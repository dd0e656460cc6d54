import { WebSocket, type ClientOptions } from 'ws'
import type { BrowserHost } from '../../../electron/browser/browser-host.ts'

interface Frame {
  readonly id?: number
  readonly result?: {
    readonly ok: boolean
    readonly value?: unknown
    readonly error?: { readonly code: string }
  }
  readonly event?: string
  readonly payload?: { readonly revision?: number }
}

/** A page as the bridge sees it. */
export interface PageClient {
  readonly socket: WebSocket
  readonly events: readonly Frame[]
  call(name: string, input?: unknown): Promise<Frame['result']>
  /** Resolves when `count` events were heard in all. */
  heard(count: number): Promise<void>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

/** Opens the bridge as our own page would; `changes` are what a test does wrong. An empty origin is not sent at all. */
export function openPage(
  host: Pick<BrowserHost, 'port' | 'secret' | 'origin'>,
  changes: { protocols?: string[]; path?: string; options?: ClientOptions } = {},
): PageClient {
  const protocols = changes.protocols ?? ['hawser.v1', `secret.${host.secret}`]
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${changes.path ?? '/bridge'}`, protocols, {
    origin: host.origin,
    perMessageDeflate: false,
    ...changes.options,
  })
  const events: Frame[] = []
  const waiting = new Map<number, (result: Frame['result']) => void>()
  const listeners = new Set<() => void>()
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  opened.catch(() => {})
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  socket.on('error', () => {})
  socket.on('message', (data) => {
    const frame = JSON.parse((data as Buffer).toString()) as Frame
    if (frame.id === undefined) events.push(frame)
    else waiting.get(frame.id)?.(frame.result)
    for (const listener of listeners) listener()
  })
  let lastId = 0
  return {
    socket,
    events,
    closed,
    async call(name, input = {}) {
      await opened
      lastId += 1
      const id = lastId
      const answer = new Promise<Frame['result']>((resolve) => {
        waiting.set(id, resolve)
      })
      socket.send(JSON.stringify({ id, call: name, input }))
      return answer
    },
    heard: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (events.length < count) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      }),
  }
}

/** The status of a refused upgrade, or `open`. */
export function upgradeStatus(page: PageClient): Promise<number | 'open'> {
  return new Promise((resolve) => {
    page.socket.once('open', () => resolve('open'))
    page.socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
  })
}
