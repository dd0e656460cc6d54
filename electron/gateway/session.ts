import type { Duplex } from 'node:stream'
import type { GatewayFacts } from '../../shared/model/connection.ts'
import type { AppError } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'

/** The device's Ed25519 identity at gateways. `id`: hex SHA-256 of the raw public key. */
export interface DeviceIdentity {
  readonly id: string
  /** base64url of the 32 raw bytes. */
  readonly publicKey: string
  sign(payload: string): string
}

/** What is known to sign in with. All optional: a gateway in mode `none` wants nothing. */
export interface GatewayCredentials {
  readonly token: string | null
  readonly password: string | null
  readonly deviceToken: string | null
}

/** How the bytes get there. `stream` is called once per WebSocket attempt. */
export interface GatewayRoute {
  /** `ws://127.0.0.1:18789/` and the like; only Host and scheme matter where `stream` hands out the bytes. */
  readonly url: string
  /** Opens the way: an SSH channel, a TCP or TLS socket whose certificate was checked. */
  readonly stream: (signal: AbortSignal) => Promise<Duplex>
  /** The gateway's host in words, for texts and labels. */
  readonly host: string
  readonly port: number
  /** True where a device token may be offered after a wrong shared one: loopback (also through SSH) or pinned wss. */
  readonly trusted: boolean
}

export type GatewayStageEvent =
  /** The way is open (`forward` for SSH, `network` for direct). */
  | { readonly stage: 'way'; readonly message: string }
  /** The challenge came: a gateway answers. */
  | { readonly stage: 'gateway'; readonly message: string }
  /** The secret was accepted (hello-ok, or refused for pairing only). */
  | { readonly stage: 'auth'; readonly message: string }
  | { readonly stage: 'pairing'; readonly message: string }

export interface GatewayOpenOptions {
  readonly route: GatewayRoute
  readonly identity: DeviceIdentity
  readonly credentials: GatewayCredentials
  /** In the order sent; the default is operator.read, write, approvals, questions. */
  readonly scopes: readonly string[]
  readonly clientVersion: string
  readonly instanceId: string
  readonly platform: 'darwin' | 'win32' | 'linux'
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  readonly onStage: (event: GatewayStageEvent) => void
  /** A device token came with hello-ok (overwrite the stored one) or proved wrong (null: delete it). */
  readonly onDeviceToken: (token: string | null) => void
}

export interface GatewayEvent {
  readonly event: string
  readonly payload: unknown
}

/** Why a session ended. `transient` errors mean: connect again. */
export interface SessionEnd {
  readonly error: AppError
  /** True after our own close(). */
  readonly own: boolean
}

export interface RequestOptions {
  /** Default 30 000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A live link to a gateway: from hello-ok to close. */
export interface GatewaySession {
  readonly facts: GatewayFacts
  /** The id this gateway knows us by in this session's presence. */
  readonly deviceId: string
  /** The payload of hello-ok, unknown fields and all. */
  readonly hello: Readonly<Record<string, unknown>>
  /** Rejects with an AppFailure: `rpc.*`, or the session's end. Validates nothing of the answer: the caller does. */
  request(method: string, params?: object, options?: RequestOptions): Promise<unknown>
  /** True if hello-ok lists the method (protocol 3 lacks many). */
  supports(method: string): boolean
  onEvent(listener: (event: GatewayEvent) => void): Disposable
  /** A gap in the outer `seq`: events were lost, so whoever mirrors state fetches it again. */
  onGap(listener: () => void): Disposable
  onClosed(listener: (end: SessionEnd) => void): Disposable
  /**
   * Proves the peer alive: resolves to the round trip in ms, rejects with `gateway.not-responding` after `timeoutMs`.
   */
  probe(timeoutMs: number): Promise<number>
  /** Resolves when the socket is gone. */
  close(): Promise<void>
}

/** Opens a session, or rejects with an AppFailure (`forward.*`, `tls.*`, `gateway.*`, `auth.*`, `pairing.*`). */
export type OpenGateway = (options: GatewayOpenOptions) => Promise<GatewaySession>
