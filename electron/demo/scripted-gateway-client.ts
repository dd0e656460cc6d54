import type { WebSocket } from 'ws'
import { recordOf } from '../gateway/frames.ts'
import type { Clock } from '../platform/clock.ts'
import { DisposableStore } from '../platform/disposable.ts'
import type { ScriptedAgent } from './scripted-gateway-agent.ts'
import type { Conversations } from './scripted-gateway-conversations.ts'
import {
  callMethod,
  healthOf,
  methodNames,
  ScriptedRefusal,
  type MethodContext,
} from './scripted-gateway-methods.ts'
import { mainSessionKey } from './scripted-gateway-rows.ts'
import { judgeConnect, type SignInVerdict } from './scripted-gateway-sign-in.ts'

type Json = Readonly<Record<string, unknown>>

/** Faults that the real gateway cannot be made to show at will. All may be changed while it runs. */
export interface ScriptedFaults {
  /** Answers the upgrade with this HTTP status instead. */
  upgradeStatus?: number | undefined
  /** Text sent instead of the challenge; an empty one: nothing is sent. */
  greeting?: string | undefined
  /** Answers `connect` with this error and close code, whatever is presented. `closeCode` 0: the socket stays open. */
  refuseConnect?: { readonly error: Json; readonly closeCode: number } | undefined
  /** Never answers `connect`. */
  muteConnect?: boolean | undefined
  /** Delay of each answer in ms. */
  delayMs?: number | undefined
  /** Takes everything and answers nothing: no pong, no tick, no answer. A peer that is gone without a word. */
  mute?: boolean | undefined
  /** Called before a request is served; a number closes the socket with that code, `drop` cuts it without a word. */
  onRequest?: ((method: string, params: Json) => number | 'drop' | undefined) | undefined
}

export interface ScriptedGatewayOptions {
  /** Null and no password: mode `none`. */
  readonly token?: string | null
  readonly password?: string | null
  readonly protocol?: 3 | 4
  readonly version?: string
  readonly agent?: ScriptedAgent
  /** Pause between two words of an answer in ms; default 35. */
  readonly wordMs?: number
  readonly tickIntervalMs?: number
  readonly maxPayload?: number
  /** Devices that may come in; default everyone. A set may be changed while it runs. */
  readonly paired?: ReadonlySet<string> | 'everyone'
  readonly clock?: Clock
  readonly newId?: () => string
  readonly faults?: ScriptedFaults
}

/** The gateway as one of its clients sees it. */
export interface ClientHost {
  readonly faults: ScriptedFaults
  readonly options: ScriptedGatewayOptions
  readonly conversations: Conversations
  readonly requests: Array<{ method: string; params: Json }>
  readonly clock: Clock
  readonly newId: () => string
  /** Protocol 3. */
  readonly old: boolean
  readonly version: string
  readonly startedAt: number
  readonly deviceTokens: Map<string, string>
  readonly log: string[]
  presence(): Json[]
  presenceChanged(): void
  left(client: ScriptedClient): void
}

/** One socket, from challenge to close. */
export class ScriptedClient {
  seq = 0
  readonly #gateway: ClientHost
  readonly #socket: WebSocket
  readonly #nonce: string
  readonly #things = new DisposableStore()
  readonly #topics = new Set<string>()
  #who: (SignInVerdict & { ok: true }) | null = null
  #connectedAt = 0

  constructor(gateway: ClientHost, socket: WebSocket) {
    this.#gateway = gateway
    this.#socket = socket
    this.#nonce = gateway.newId()
    socket.on('message', (data, isBinary) => {
      if (!isBinary && gateway.faults.mute !== true) this.#read((data as Buffer).toString('utf8'))
    })
    socket.on('ping', (data) => {
      if (gateway.faults.mute !== true) socket.pong(data)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.dispose()
      gateway.left(this)
    })
    const { greeting } = gateway.faults
    if (greeting !== undefined) this.raw(greeting)
    else
      this.raw(
        JSON.stringify({
          type: 'event',
          event: 'connect.challenge',
          payload: { nonce: this.#nonce, ts: gateway.clock.now() },
        }),
      )
  }

  get signedIn(): boolean {
    return this.#who !== null
  }

  dispose(): void {
    this.#things.dispose()
  }

  raw(text: string): void {
    if (text !== '') this.#socket.send(text, () => undefined)
  }

  event(event: string, payload: unknown): void {
    if (this.#gateway.faults.mute === true) return
    this.seq += 1
    this.raw(JSON.stringify({ type: 'event', event, payload, seq: this.seq }))
  }

  end(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  wants(event: string, payload: Json): boolean {
    if (this.#who === null || !this.#may('operator.read')) return false
    if (event === 'sessions.changed') return this.#topics.has('sessions')
    if (event === 'session.message') return this.#topics.has(`messages:${String(payload['sessionKey'])}`)
    if (event === 'agent' && payload['stream'] === 'tool') return this.#who.caps.includes('tool-events')
    return true
  }

  presence(): Json[] {
    if (this.#who === null) return []
    const { client, deviceId, scopes } = this.#who
    const { id, displayName, version, platform, deviceFamily, mode, instanceId } = client
    const common = {
      host: displayName ?? id,
      version,
      platform,
      deviceFamily,
      mode,
      instanceId,
      clientId: id,
      deviceId,
    }
    return [
      {
        ...common,
        roles: ['operator'],
        scopes,
        reason: 'connect',
        ts: this.#connectedAt,
        text: `Node: ${String(displayName)}`,
      },
    ]
  }

  #may(scope: string): boolean {
    const scopes = this.#who?.scopes ?? []
    return (
      scopes.includes(scope) ||
      scopes.includes('operator.admin') ||
      (scope === 'operator.read' && scopes.includes('operator.write'))
    )
  }

  #read(text: string): void {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      if (this.#who === null) this.end(1000, '')
      return
    }
    const frame = recordOf(value)
    const id = typeof frame['id'] === 'string' ? frame['id'] : 'invalid'
    const method = String(frame['method'])
    const params = recordOf(frame['params'])
    if (this.#who !== null) {
      this.#serve(id, method, params)
      return
    }
    if (method !== 'connect') {
      this.#answer(id, {
        error: { code: 'INVALID_REQUEST', message: 'invalid handshake: first request must be connect' },
      })
      this.end(1008, 'invalid handshake: first request must be connect')
      return
    }
    this.#signIn(id, params)
  }

  #signIn(id: string, params: Json): void {
    const gateway = this.#gateway
    const { faults, options } = gateway
    if (faults.muteConnect === true) return
    const verdict: SignInVerdict = faults.refuseConnect
      ? { ok: false, ...faults.refuseConnect }
      : judgeConnect(params, this.#nonce, {
          protocol: gateway.old ? 3 : 4,
          token: options.token ?? null,
          password: options.password ?? null,
          deviceTokens: gateway.deviceTokens,
          paired: options.paired ?? 'everyone',
          newId: gateway.newId,
          now: () => gateway.clock.now(),
        })
    if (!verdict.ok) {
      this.#answer(id, { error: verdict.error })
      if (verdict.closeCode !== 0) this.end(verdict.closeCode, String(verdict.error['message']).slice(0, 120))
      return
    }
    this.#who = verdict
    this.#connectedAt = gateway.clock.now()
    gateway.log.push(
      JSON.stringify({
        time: new Date(this.#connectedAt).toISOString(),
        message: `client connected: ${String(verdict.client['displayName'])}`,
        _meta: { logLevelName: 'INFO' },
      }),
    )
    this.#answer(id, { payload: this.#hello(verdict) })
    gateway.presenceChanged()
    this.#tick()
  }

  #hello({ scopes, method, deviceId }: SignInVerdict & { ok: true }): Json {
    const gateway = this.#gateway
    const { old, conversations, options, clock } = gateway
    const tickIntervalMs = options.tickIntervalMs ?? 30_000
    const maxPayload = options.maxPayload ?? (old ? 512 * 1024 : 25 * 1024 * 1024)
    const deviceToken = deviceId === null ? undefined : gateway.deviceTokens.get(deviceId)
    return {
      type: 'hello-ok',
      protocol: old ? 3 : 4,
      server: {
        version: gateway.version,
        connId: gateway.newId(),
        ...(old ? { host: 'demo' } : { bootId: String(gateway.startedAt) }),
      },
      features: {
        methods: methodNames(old),
        events: ['connect.challenge', 'agent', 'chat', 'presence', 'tick', 'shutdown', 'health'],
      },
      snapshot: {
        presence: gateway.presence(),
        health: healthOf({ now: () => clock.now(), conversations }),
        stateVersion: { presence: 1, health: 1 },
        uptimeMs: clock.now() - gateway.startedAt,
        sessionDefaults: { defaultAgentId: 'main', mainKey: 'main', mainSessionKey, scope: 'per-sender' },
      },
      auth: {
        ...(old ? {} : { method }),
        role: 'operator',
        scopes,
        ...(deviceToken === undefined ? {} : { deviceToken, issuedAtMs: clock.now() }),
      },
      policy: { maxPayload, maxBufferedBytes: 2 * maxPayload, tickIntervalMs },
    }
  }

  #tick(): void {
    const { clock, options } = this.#gateway
    this.#things.add(
      clock.after(options.tickIntervalMs ?? 30_000, () => {
        this.event('tick', { ts: clock.now() })
        this.#tick()
      }),
    )
  }

  #serve(id: string, method: string, params: Json): void {
    const gateway = this.#gateway
    const fault = gateway.faults.onRequest?.(method, params)
    if (fault === 'drop') {
      this.#socket.terminate()
      return
    }
    if (fault !== undefined) {
      this.end(fault, '')
      return
    }
    gateway.requests.push({ method, params })
    try {
      this.#answer(id, {
        payload: callMethod(method, params, this.#who?.scopes ?? [], gateway.old, this.#context()),
      })
    } catch (error) {
      if (!(error instanceof ScriptedRefusal)) throw error
      this.#answer(id, { error: error.error })
    }
  }

  #context(): MethodContext {
    const gateway = this.#gateway
    return {
      conversations: gateway.conversations,
      now: () => gateway.clock.now(),
      version: gateway.version,
      startedAt: gateway.startedAt,
      presence: () => gateway.presence(),
      logLines: () => gateway.log,
      subscribe: (topic, on) => {
        if (on) this.#topics.add(topic)
        else this.#topics.delete(topic)
      },
    }
  }

  #answer(id: string, outcome: { readonly payload: unknown } | { readonly error: Json }): void {
    const text = JSON.stringify({ type: 'res', id, ok: 'payload' in outcome, ...outcome })
    const { delayMs } = this.#gateway.faults
    if (delayMs === undefined) this.raw(text)
    else this.#things.add(this.#gateway.clock.after(delayMs, () => this.raw(text)))
  }
}
