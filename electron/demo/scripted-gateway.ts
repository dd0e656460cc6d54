import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { systemClock, type Clock } from '../platform/clock.ts'
import { demoAgent } from './scripted-gateway-agent.ts'
import {
  ScriptedClient,
  type ClientHost,
  type ScriptedFaults,
  type ScriptedGatewayOptions,
} from './scripted-gateway-client.ts'
import { Conversations } from './scripted-gateway-conversations.ts'

type Json = Readonly<Record<string, unknown>>

/** A gateway that lives in this process and keeps everything in memory: for the demo, and for tests. */
export interface ScriptedGateway {
  readonly faults: ScriptedFaults
  readonly conversations: Conversations
  /** Requests served so far, oldest first. */
  readonly requests: ReadonlyArray<{ readonly method: string; readonly params: Json }>
  readonly clients: number
  /** Serves a stream as if it had come in over TCP. */
  accept(stream: Duplex): void
  /** Listens on loopback as well; 0 takes any free port. Resolves to the port. */
  listen(port?: number): Promise<number>
  /** An event to all clients, whether they may see it or not. */
  broadcast(event: string, payload: unknown): void
  /** Leaves out `count` numbers of each client's sequence, as if events had been lost. */
  loseEvents(count: number): void
  /** Sends text as it is to all clients. */
  sendRaw(text: string): void
  /** Says goodbye to all clients with this code, after a `shutdown` event for 1012. */
  closeAll(code: number, reason: string): void
  /** Cuts all clients off without a word. */
  dropAll(): void
  /** Ends everything. Resolves when nothing is left. */
  close(): Promise<void>
}

/** Starts a {@link ScriptedGateway}. It listens nowhere until told to. */
export function createScriptedGateway(options: ScriptedGatewayOptions = {}): ScriptedGateway {
  return new Gateway(options)
}

class Gateway implements ScriptedGateway, ClientHost {
  readonly faults: ScriptedFaults
  readonly conversations: Conversations
  readonly requests: Array<{ method: string; params: Json }> = []
  readonly options: ScriptedGatewayOptions
  readonly clock: Clock
  readonly newId: () => string
  readonly old: boolean
  readonly version: string
  readonly startedAt: number
  readonly deviceTokens = new Map<string, string>()
  readonly log: string[] = []
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false })
  readonly #server = createServer((request, response) => {
    const probe = request.url === '/healthz' || request.url === '/readyz'
    response.writeHead(probe ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(probe ? { ok: true, status: 'live', ready: true } : { error: 'not found' }))
  })
  readonly #streams = new Set<Duplex>()
  readonly #clients = new Set<ScriptedClient>()

  constructor(options: ScriptedGatewayOptions) {
    this.options = options
    this.faults = options.faults ?? {}
    this.clock = options.clock ?? systemClock
    this.newId = options.newId ?? (() => crypto.randomUUID())
    this.old = options.protocol === 3
    this.version = options.version ?? (this.old ? 'dev' : '2026.9.6')
    this.startedAt = this.clock.now()
    this.conversations = new Conversations({
      clock: this.clock,
      newId: this.newId,
      agent: options.agent ?? demoAgent,
      wordMs: options.wordMs ?? 35,
      old: this.old,
      broadcast: (event, payload) => {
        for (const client of this.#clients) if (client.wants(event, payload)) client.event(event, payload)
      },
    })
    this.#server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head))
    this.#server.on('connection', (stream: Duplex) => {
      this.#streams.add(stream)
      stream.on('error', () => undefined)
      stream.once('close', () => this.#streams.delete(stream))
    })
  }

  get clients(): number {
    return this.#clients.size
  }

  accept(stream: Duplex): void {
    // Node takes any Duplex here, as its documentation says of this event.
    this.#server.emit('connection', stream)
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject)
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  broadcast(event: string, payload: unknown): void {
    for (const client of this.#clients) client.event(event, payload)
  }

  loseEvents(count: number): void {
    for (const client of this.#clients) client.seq += count
  }

  sendRaw(text: string): void {
    for (const client of this.#clients) client.raw(text)
  }

  closeAll(code: number, reason: string): void {
    if (code === 1012) this.broadcast('shutdown', { reason: 'gateway restarting', restartExpectedMs: 1500 })
    for (const client of this.#clients) client.end(code, reason)
  }

  dropAll(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  async close(): Promise<void> {
    this.conversations.dispose()
    this.dropAll()
    for (const client of this.#clients) client.dispose()
    this.#sockets.close()
    if (!this.#server.listening) return
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  presence(): Json[] {
    const now = this.clock.now()
    const own = {
      host: 'demo',
      version: this.version,
      platform: process.platform,
      mode: 'gateway',
      reason: 'self',
      ts: now,
      text: 'Gateway: demo',
    }
    return [own, ...[...this.#clients].flatMap((client) => client.presence())]
  }

  presenceChanged(): void {
    const presence = this.presence()
    for (const client of this.#clients) if (client.signedIn) client.event('presence', { presence })
  }

  left(client: ScriptedClient): void {
    this.#clients.delete(client)
    if (client.signedIn) this.presenceChanged()
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const status = this.faults.upgradeStatus
    if (status !== undefined) {
      stream.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) =>
      this.#clients.add(new ScriptedClient(this, socket)),
    )
  }
}
