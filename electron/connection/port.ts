import type { Duplex } from 'node:stream'
import type { LocalPortView } from '../../shared/model/connection.ts'
import type { LocalPortChoice } from '../../shared/model/gateway.ts'
import type { Logger } from '../log/logger.ts'

interface PortOptions {
  readonly choice: LocalPortChoice
  /** Opens a stream to the gateway for each client; rejects while the link is down. */
  readonly openChannel: (signal: AbortSignal) => Promise<Duplex>
  readonly log: Logger
}

/** The loopback listener for the user's other tools. It stays while the link comes and goes, so the port is stable. */
export interface PortHandle {
  readonly view: LocalPortView
  close(): Promise<void>
}

/** Never rejects for a taken port: that is a view (`failed`, with the owner named), and the link goes on without it. */
export type OpenPort = (options: PortOptions) => Promise<PortHandle>
