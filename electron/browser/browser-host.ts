import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer } from 'ws'
import {
  bridgeCloseCodes,
  bridgePath,
  bridgeProtocol,
  bridgeSecretParameter,
} from '../../shared/contract/bridge.ts'
import type { AppCore } from '../app/app-core.ts'
import type { Logger } from '../log/logger.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import {
  bridgeLimits,
  eventFrame,
  serveBridgeClient,
  type BridgeClient,
  type BridgeLimits,
} from './bridge-client.ts'
import { browserContentSecurityPolicy } from './content-security-policy.ts'
import { readPageFiles, type PageFile } from './page-files.ts'
import { hasSecret, isOwnHost, isOwnOrigin, offeredProtocols, speaksBridge } from './request-guard.ts'

export interface BrowserHostOptions {
  readonly core: Pick<AppCore, 'callUnknown' | 'onEvent' | 'setWatched'>
  /** Directory of the built pages. */
  readonly rendererDir: string
  readonly log: Logger
  /** Default 0: any free port. */
  readonly port?: number
  readonly clock?: Clock
  readonly limits?: Partial<BridgeLimits>
  /** A page proved itself and is served. */
  readonly onPage?: () => void
}

/** The app in a browser tab. */
export interface BrowserHost {
  /** Where the pages are, with the secret in the fragment. Shown to the user only: never log it, never put it in an argv. */
  readonly url: string
  /** The same without the secret. */
  readonly origin: string
  readonly port: number
  /** 256 random bits in hex. Whoever has it is the user. */
  readonly secret: string
  /** Pages that are connected now. */
  pages(): number
  /** Ends every socket and the server. Resolves when the port is free. */
  close(): Promise<void>
}

/**
 * Serves the pages and the bridge on 127.0.0.1, to the user's own browser and to nobody else: other users of the
 * computer and other sites in the browser can reach the port, so each request must name this host, each socket must
 * come from our page, and each page must know the secret. Rejects with the listener's error (`EADDRINUSE`).
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { core, log } = options
  const clock = options.clock ?? systemClock
  const limits = { ...bridgeLimits, ...options.limits }
  const files = await readPageFiles(options.rendererDir)
  const secret = randomBytes(32).toString('hex')
  const clients = new Set<BridgeClient>()
  const sockets = new Set<Duplex>()
  let port = 0

  const server = createServer((request, response) => servePage(request, response, port, files, log))
  const bridge = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    handleProtocols: () => bridgeProtocol,
  })

  // Far above what a browser needs: others on this computer cannot use up the files that the links need.
  server.maxConnections = 256
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const offered = offeredProtocols(request.headers)
    const refusal = refuseUpgrade(request, offered, port)
    if (refusal !== null) {
      log.warn('a socket was refused', { status: refusal })
      socket.on('error', () => {})
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    bridge.handleUpgrade(request, socket, head, (page) => {
      // A browser cannot see why an upgrade was refused, so a wrong secret is told by a close code.
      if (!hasSecret(offered, secret)) {
        log.warn('a page came with a wrong secret')
        page.on('error', () => {})
        page.close(bridgeCloseCodes.wrongSecret, 'wrong secret')
        clock.after(1000, () => page.terminate())
        return
      }
      const client = serveBridgeClient({
        socket: page,
        core,
        limits,
        clock,
        log,
        onClosed() {
          clients.delete(client)
          core.setWatched(clients.size > 0)
        },
      })
      clients.add(client)
      core.setWatched(true)
      options.onPage?.()
    })
  })

  const events = core.onEvent((event) => {
    if (clients.size === 0) return
    const frame = eventFrame(event)
    for (const client of clients) client.send(frame)
  })

  try {
    port = await listen(server, options.port ?? 0)
  } catch (error) {
    events.dispose()
    throw error
  }
  server.on('error', (error) => log.error('the listener of the pages failed', { reason: error.message }))
  const origin = `http://127.0.0.1:${port}`
  log.info('the pages are served', { port })

  let closing: Promise<void> | null = null
  return {
    url: `${origin}/#${bridgeSecretParameter}=${secret}`,
    origin,
    port,
    secret,
    pages: () => clients.size,
    close() {
      closing ??= (async () => {
        events.dispose()
        for (const client of clients) client.close(bridgeCloseCodes.goingAway, 'Hawser ends')
        const gone = new Promise<void>((resolve) => {
          server.close(() => resolve())
        })
        server.closeIdleConnections()
        const force = clock.after(500, () => {
          for (const socket of sockets) socket.destroy()
        })
        await gone
        force.dispose()
        core.setWatched(false)
      })()
      return closing
    },
  }
}

/** The status line of the refusal, or null for a socket that may open. */
function refuseUpgrade(request: IncomingMessage, offered: readonly string[], port: number): string | null {
  if (!isOwnHost(request.headers, port)) return '403 Forbidden'
  if (!isOwnOrigin(request.headers, port)) return '403 Forbidden'
  if (request.url !== bridgePath) return '404 Not Found'
  if (!speaksBridge(offered)) return '400 Bad Request'
  return null
}

function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  files: ReadonlyMap<string, PageFile>,
  log: Logger,
): void {
  response.setHeader('Content-Security-Policy', browserContentSecurityPolicy(port))
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('X-Frame-Options', 'DENY')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Cache-Control', 'no-store')
  const refuse = (status: number, text: string): void => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end(request.method === 'HEAD' ? undefined : `${text}\n`)
  }
  if (!isOwnHost(request.headers, port)) {
    log.warn('a request named another host')
    refuse(403, 'This is not the address of this page.')
    return
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    refuse(405, 'Only pages are served here.')
    return
  }
  const page = files.get((request.url ?? '').split('?', 1)[0] ?? '')
  if (page === undefined) {
    refuse(404, 'There is no such page.')
    return
  }
  response.setHeader('Content-Type', page.mediaType)
  if (page.immutable) response.setHeader('Cache-Control', 'private, max-age=31536000, immutable')
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  pipeline(createReadStream(page.file), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE')
      log.error('a page could not be read', { file: page.file, reason: error.message })
    if (response.headersSent) response.destroy()
    else refuse(500, 'This page could not be read.')
  })
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
