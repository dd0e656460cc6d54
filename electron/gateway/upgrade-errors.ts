import type { IncomingMessage } from 'node:http'
import { AppFailure, failure } from '../../shared/result.ts'
import { plainLine, unavailableCode, type Peer } from './connect-errors.ts'
import { recordOf } from './frames.ts'

const bodyLimit = 16 * 1024

/** The failure an HTTP answer becomes that came instead of the upgrade to a WebSocket. */
export async function upgradeFailure(response: IncomingMessage, peer: Peer): Promise<AppFailure> {
  const status = response.statusCode ?? 0
  const error = recordOf(recordOf(parsed(await bodyOf(response)))['error'])
  const said = plainLine(typeof error['message'] === 'string' ? error['message'] : '')
  const extras = { detail: `HTTP ${status}${said === '' ? '' : ` ${said}`}` }
  const reason = said || `HTTP ${status}`
  const { host, port } = peer
  switch (status) {
    case 503:
      // A gateway answers so while it drains, with or without words; a starting one lets us in and says so there.
      return failure(
        said === ''
          ? 'gateway.draining'
          : unavailableCode({ message: said, details: recordOf(error['details']) }),
        { host, port },
        extras,
      )
    case 429:
      return failure('auth.rate-limited', { host, port, reason }, extras)
    case 401:
    case 403:
    case 407:
      return failure('auth.refused', { host, port, reason }, extras)
    case 500:
    case 502:
    case 504:
      return failure('gateway.closed', { host, port, reason }, extras)
    default:
      return failure('gateway.not-a-gateway', { host, port, reason: `HTTP ${status}` }, extras)
  }
}

/** The failure of a stream that broke, or spoke something else, before it was a WebSocket. */
export function transportFailure(error: Error, peer: Peer): AppFailure {
  if (error instanceof AppFailure) return error
  const { code, rawPacket } = error as NodeJS.ErrnoException & { readonly rawPacket?: Uint8Array }
  const facts = { host: peer.host, port: peer.port }
  const extras = { detail: plainLine(error.message), cause: error }
  if (code?.startsWith('HPE_') === true) {
    // 0x15 is the alert with which a TLS server answers plain bytes.
    const reason = rawPacket?.[0] === 0x15 ? 'it speaks TLS: use wss://' : 'it does not speak HTTP'
    return failure('gateway.not-a-gateway', { ...facts, reason }, extras)
  }
  if (error.message.startsWith('Invalid ') || error.message.startsWith('Server sent ')) {
    return failure('gateway.not-a-gateway', { ...facts, reason: plainLine(error.message) }, extras)
  }
  return failure('gateway.closed', { ...facts, reason: 'it hung up before it answered' }, extras)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response) {
      text += String(chunk)
      if (text.length > bodyLimit) break
    }
  } catch {
    // A body cut short is only a detail that is missing.
  }
  return text
}
