import type { LocalGatewayView } from '../../shared/model/local-gateway.ts'
import type { Disposable } from '../platform/disposable.ts'

/** Where the gateway of this computer is and what opens it. The secret stays in the core. */
export interface LocalEndpoint {
  readonly port: number
  readonly token: string | null
  readonly password: string | null
  /** Pin of the gateway's own certificate where its configuration switches TLS on. */
  readonly tls: { /** SHA-256 of its leaf certificate. */ readonly fingerprint: string } | null
}

/** Finds, attaches to, starts and stops the gateway of this computer. Never writes its configuration. */
export interface LocalGateway {
  view(): LocalGatewayView
  onChange(listener: () => void): Disposable
  /** Looks anew: configuration, port, process, service. */
  look(): Promise<void>
  /** Port and secrets as the configuration file and its environment say. Read at each call, kept nowhere. */
  endpoint(port: number | null): Promise<LocalEndpoint>
  /** Starts it (the installed service where there is one, else a supervised child) and resolves when it answers. */
  start(): Promise<void>
  stop(): Promise<void>
  /** At quit: `stop` ends our own child, `leave` lets it run on. A service is never touched here. */
  close(policy: 'stop' | 'leave'): Promise<void>
}
