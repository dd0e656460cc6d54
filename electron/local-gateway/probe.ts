import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { WebSocket } from 'ws'

/** Where a gateway of this computer always listens, whatever else it is bound to. */
const loopbackHost = '127.0.0.1'

/** What answers on a port of this computer. `version` where the gateway says it without a sign-in. */
export type ProbeResult =
  | { readonly state: 'nothing' }
  /** Something listens, but it is no gateway. */
  | { readonly state: 'stranger' }
  | { readonly state: 'starting' | 'ready' | 'draining'; readonly version: string | null }

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>> | null
}

const defaultTimeoutMs = 2000
const longestBody = 64 * 1024

/**
 * Looks at a port of this computer. No secret is sent, so any certificate does. Never rejects.
 *
 * `ready` means that the gateway takes work. Its `/readyz` alone would be too strict: it stays 503 while any channel
 * (a chat account, say) has trouble; `/startupz` tells a start from that. Gateways without these pages are known by
 * the challenge they send on every WebSocket.
 */
export async function probeGateway(
  port: number,
  tls: boolean,
  timeoutMs = defaultTimeoutMs,
): Promise<ProbeResult> {
  const ask = (page: string): Promise<Answer | 'refused' | null> => get(port, tls, page, timeoutMs)
  const live = await ask('/healthz')
  if (live === 'refused') return { state: 'nothing' }
  if (live?.body?.['status'] === 'live' || live?.body?.['ok'] === true) {
    const [ready, startup] = await Promise.all([ask('/readyz'), ask('/startupz')])
    return stateOf(ready, startup)
  }
  return (await sendsChallenge(port, tls, timeoutMs))
    ? { state: 'ready', version: null }
    : { state: 'stranger' }
}

function stateOf(ready: Answer | 'refused' | null, startup: Answer | 'refused' | null): ProbeResult {
  const page = startup === 'refused' || startup === null ? {} : (startup.body ?? {})
  const version = typeof page['version'] === 'string' ? page['version'] : null
  const started = startup !== 'refused' && startup?.status === 200 && page['status'] === 'started'
  if (started || (ready !== 'refused' && ready?.status === 200)) return { state: 'ready', version }
  return { state: page['status'] === 'draining' ? 'draining' : 'starting', version }
}

/** `refused`: nobody listens. Null: no usable answer. */
function get(
  port: number,
  tls: boolean,
  page: string,
  timeoutMs: number,
): Promise<Answer | 'refused' | null> {
  return new Promise((resolve) => {
    const options = { host: loopbackHost, port, path: page, timeout: timeoutMs, agent: false as const }
    const onResponse = (response: IncomingMessage): void => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > longestBody) request.destroy()
        else chunks.push(chunk)
      })
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) })
      })
    }
    const request = tls
      ? httpsRequest({ ...options, rejectUnauthorized: false }, onResponse)
      : httpRequest(options, onResponse)
    const deadline = setTimeout(() => request.destroy(), timeoutMs)
    request.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : null)
    })
    request.on('close', () => {
      clearTimeout(deadline)
      resolve(null)
    })
    request.end()
  })
}

function parse(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Answer['body']) : null
  } catch {
    return null
  }
}

function sendsChallenge(port: number, tls: boolean, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${tls ? 'wss' : 'ws'}://${loopbackHost}:${port}/`, {
      handshakeTimeout: timeoutMs,
      rejectUnauthorized: false,
    })
    const timer = setTimeout(() => finish(false), timeoutMs)
    const finish = (found: boolean): void => {
      clearTimeout(timer)
      socket.terminate()
      resolve(found)
    }
    socket.on('message', (data: Buffer) =>
      finish(parse(data.toString('utf8'))?.['event'] === 'connect.challenge'),
    )
    socket.on('error', () => finish(false))
    socket.on('close', () => finish(false))
  })
}
