import type { ErrorCode } from '../../shared/error-codes.ts'
import { failure, type AppFailure } from '../../shared/result.ts'
import type { GatewayError } from './frames.ts'

/** The other side, for the words of an error. */
export interface Peer {
  readonly host: string
  readonly port: number
}

/** Detail codes of protocol 4. What is missing here is decided by the error's code and message. */
const byDetail: Readonly<Record<string, ErrorCode>> = {
  AUTH_TOKEN_MISSING: 'auth.token-missing',
  AUTH_TOKEN_MISMATCH: 'auth.token-wrong',
  AUTH_TOKEN_NOT_CONFIGURED: 'auth.not-configured',
  AUTH_PASSWORD_MISSING: 'auth.password-missing',
  AUTH_PASSWORD_MISMATCH: 'auth.password-wrong',
  AUTH_PASSWORD_NOT_CONFIGURED: 'auth.not-configured',
  AUTH_DEVICE_TOKEN_MISMATCH: 'auth.device-refused',
  AUTH_SCOPE_MISMATCH: 'auth.device-refused',
  AUTH_RATE_LIMITED: 'auth.rate-limited',
  AUTH_BOOTSTRAP_TOKEN_INVALID: 'auth.refused',
  AUTH_IDENTITY_HEADER_REQUIRED: 'auth.refused',
  AUTH_VERIFIED_USER_REQUIRED: 'auth.refused',
  AUTH_REQUIRED: 'auth.refused',
  AUTH_UNAUTHORIZED: 'auth.refused',
  DEVICE_IDENTITY_REQUIRED: 'gateway.handshake-rejected',
  CONTROL_UI_DEVICE_IDENTITY_REQUIRED: 'gateway.handshake-rejected',
  CONTROL_UI_ORIGIN_NOT_ALLOWED: 'gateway.handshake-rejected',
  DEVICE_AUTH_SIGNATURE_EXPIRED: 'auth.clock-skew',
  DEVICE_AUTH_NONCE_REQUIRED: 'gateway.handshake-rejected',
  DEVICE_AUTH_NONCE_MISMATCH: 'gateway.handshake-rejected',
  DEVICE_AUTH_SIGNATURE_INVALID: 'gateway.handshake-rejected',
  DEVICE_AUTH_DEVICE_ID_MISMATCH: 'gateway.handshake-rejected',
  DEVICE_AUTH_PUBLIC_KEY_INVALID: 'gateway.handshake-rejected',
  PROTOCOL_MISMATCH: 'gateway.protocol-mismatch',
  CLIENT_VERSION_MISMATCH: 'gateway.protocol-mismatch',
}

const byPairingReason: Readonly<Record<string, ErrorCode>> = {
  'not-paired': 'pairing.required',
  'scope-upgrade': 'pairing.scope-upgrade',
  'metadata-upgrade': 'pairing.metadata-changed',
  'role-upgrade': 'pairing.role-upgrade',
}

/** Old gateways say it in words only. The first pattern that fits wins. */
const byMessage: ReadonlyArray<readonly [RegExp, ErrorCode]> = [
  [/protocol mismatch/i, 'gateway.protocol-mismatch'],
  [/device token mismatch/i, 'auth.device-refused'],
  [/token missing/i, 'auth.token-missing'],
  [/token mismatch/i, 'auth.token-wrong'],
  [/password missing/i, 'auth.password-missing'],
  [/password mismatch/i, 'auth.password-wrong'],
  [/(token|password) not configured/i, 'auth.not-configured'],
  [/too many failed/i, 'auth.rate-limited'],
  [/signature expired/i, 'auth.clock-skew'],
  [/pairing required/i, 'pairing.required'],
  [/^unauthorized/i, 'auth.refused'],
]

/** The closed error code of a refused `connect`. */
function connectErrorCode(error: GatewayError): ErrorCode {
  const detail = error.details['code']
  if (detail === 'PAIRING_REQUIRED') {
    return byPairingReason[String(error.details['reason'])] ?? 'pairing.required'
  }
  // "protocol mismatch" of a page that is older than the gateway's own: nothing a retry could heal.
  if (typeof detail === 'string') {
    const known = byDetail[detail]
    if (known !== undefined) return known
    if (detail.startsWith('AUTH_') && error.code !== 'UNAVAILABLE') return 'auth.refused'
  }
  if (error.code === 'UNAVAILABLE') return unavailableCode(error)
  for (const [pattern, code] of byMessage) if (pattern.test(error.message)) return code
  return error.code === 'NOT_PAIRED' ? 'pairing.required' : 'gateway.handshake-rejected'
}

/** Starting, restarting or draining, as far as the words of an UNAVAILABLE tell. */
export function unavailableCode(error: Pick<GatewayError, 'message' | 'details'>): ErrorCode {
  const said = [error.message, error.details['reason'], error.details['phase'], error.details['code']].join(
    ' ',
  )
  if (/drain|suspend/i.test(said)) return 'gateway.draining'
  if (/restart|stopping|shutting/i.test(said)) return 'gateway.restarting'
  return 'gateway.starting'
}

/** The failure a refused `connect` becomes. Holds what the gateway said, and never what was presented to it. */
export function connectFailure(error: GatewayError, peer: Peer): AppFailure {
  const code = connectErrorCode(error)
  const { details, retryAfterMs } = error
  const scopes = details['requestedScopes']
  const requestId = details['requestId']
  return failure(
    code,
    {
      host: peer.host,
      port: peer.port,
      reason: reasonOf(code, error),
      ...(typeof requestId === 'string' ? { requestId: plainLine(requestId) } : {}),
      ...(Array.isArray(scopes) ? { scopes: plainLine(scopes.join(', ')) } : {}),
      ...(retryAfterMs === null ? {} : { seconds: Math.ceil(retryAfterMs / 1000) }),
    },
    {
      detail: plainLine([error.code, details['code'], error.message].filter(Boolean).join(' · ')),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  )
}

function reasonOf(code: ErrorCode, error: GatewayError): string {
  const expected = error.details['expectedProtocol']
  if (code === 'gateway.protocol-mismatch' && typeof expected === 'number')
    return `it wants protocol ${expected}`
  if (error.details['code'] === 'AUTH_SCOPE_MISMATCH') return 'it was approved for fewer rights'
  return plainLine(error.message)
}

/** One short line of the other side's words: no control characters, so that it can be shown and logged anywhere. */
export function plainLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 300)
}
