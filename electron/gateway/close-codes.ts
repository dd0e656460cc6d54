import { failure, type AppFailure } from '../../shared/result.ts'
import { plainLine, unavailableCode, type Peer } from './connect-errors.ts'

/** Close code of our own when the gateway fell silent. */
export const silentCloseCode = 4000

export interface SocketClose {
  readonly code: number
  readonly reason: string
}

/** What the gateway announced before it closed (its `shutdown` event). */
export interface Farewell {
  readonly reason: string | null
  readonly restartExpectedMs: number | null
}

/** Why a socket was closed, before or after hello-ok. All but a version mismatch may heal by connecting again. */
export function closeFailure(close: SocketClose, peer: Peer, farewell: Farewell | null = null): AppFailure {
  const reason = plainLine(close.reason)
  const words = (fallback: string): string => reason || fallback
  const detail = `closed with ${close.code}${reason === '' ? '' : ` ${reason}`}`
  const { host, port } = peer
  switch (close.code) {
    case 1002:
      return /protocol mismatch/i.test(reason)
        ? failure('gateway.protocol-mismatch', { host, port, reason }, { detail })
        : failure('gateway.closed', { host, port, reason: words('it did not understand us') }, { detail })
    case 1006:
      return failure('gateway.closed', { host, port, reason: 'the connection was cut' }, { detail })
    case 1009:
      return failure('gateway.closed', { host, port, reason: 'a message was too large' }, { detail })
    case 1012:
      return stoppedForGood(farewell)
        ? failure('gateway.closed', { host, port, reason: 'it was stopped' }, { detail })
        : failure(
            'gateway.restarting',
            { host, port },
            { detail, retryAfterMs: farewell?.restartExpectedMs ?? undefined },
          )
    case 1013:
      return failure(unavailableCode({ message: reason, details: {} }), { host, port }, { detail })
    case silentCloseCode:
      return failure('gateway.not-responding', { host, port }, { detail })
    default:
      return failure('gateway.closed', { host, port, reason: words(`code ${close.code}`) }, { detail })
  }
}

/** A gateway that will come back says when; one that is stopped says that it stops. */
const stoppedForGood = (farewell: Farewell | null): boolean =>
  farewell !== null && farewell.restartExpectedMs === null && /stop/i.test(farewell.reason ?? '')
