import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../shared/error-codes.ts'
import { connectFailure } from '../../../electron/gateway/connect-errors.ts'
import { parseFrame, type GatewayError } from '../../../electron/gateway/frames.ts'

const peer = { host: 'harbour', port: 18_789 }

/** The error as it would come out of a real frame. */
function gatewayError(error: object): GatewayError {
  const frame = parseFrame(JSON.stringify({ type: 'res', id: '1', ok: false, error }))
  if (frame?.type !== 'res' || frame.ok) throw new Error('not an error frame')
  return frame.error
}

const withDetail = (code: string, rest: object = {}): object => ({
  code: 'INVALID_REQUEST',
  message: 'some words',
  details: { code, ...rest },
})
const pairing = (reason: string): object => ({
  code: 'NOT_PAIRED',
  message: 'pairing required',
  details: { code: 'PAIRING_REQUIRED', reason, requestId: 'b7d9', requestedScopes: ['operator.read'] },
})
const words = (message: string, details?: object): object => ({
  code: 'INVALID_REQUEST',
  message,
  ...(details ? { details } : {}),
})

const table: ReadonlyArray<readonly [string, object, ErrorCode]> = [
  ...(
    [
      ['AUTH_TOKEN_MISSING', 'auth.token-missing'],
      ['AUTH_TOKEN_MISMATCH', 'auth.token-wrong'],
      ['AUTH_TOKEN_NOT_CONFIGURED', 'auth.not-configured'],
      ['AUTH_PASSWORD_MISSING', 'auth.password-missing'],
      ['AUTH_PASSWORD_MISMATCH', 'auth.password-wrong'],
      ['AUTH_PASSWORD_NOT_CONFIGURED', 'auth.not-configured'],
      ['AUTH_DEVICE_TOKEN_MISMATCH', 'auth.device-refused'],
      ['AUTH_SCOPE_MISMATCH', 'auth.device-refused'],
      ['AUTH_RATE_LIMITED', 'auth.rate-limited'],
      ['AUTH_BOOTSTRAP_TOKEN_INVALID', 'auth.refused'],
      ['AUTH_TAILSCALE_IDENTITY_MISSING', 'auth.refused'],
      ['AUTH_IDENTITY_HEADER_REQUIRED', 'auth.refused'],
      ['AUTH_VERIFIED_USER_REQUIRED', 'auth.refused'],
      ['AUTH_REQUIRED', 'auth.refused'],
      ['AUTH_UNAUTHORIZED', 'auth.refused'],
      ['AUTH_OF_A_LATER_RELEASE', 'auth.refused'],
      ['DEVICE_IDENTITY_REQUIRED', 'gateway.handshake-rejected'],
      ['CONTROL_UI_DEVICE_IDENTITY_REQUIRED', 'gateway.handshake-rejected'],
      ['CONTROL_UI_ORIGIN_NOT_ALLOWED', 'gateway.handshake-rejected'],
      ['DEVICE_AUTH_NONCE_REQUIRED', 'gateway.handshake-rejected'],
      ['DEVICE_AUTH_NONCE_MISMATCH', 'gateway.handshake-rejected'],
      ['DEVICE_AUTH_SIGNATURE_INVALID', 'gateway.handshake-rejected'],
      ['DEVICE_AUTH_SIGNATURE_EXPIRED', 'auth.clock-skew'],
      ['DEVICE_AUTH_DEVICE_ID_MISMATCH', 'gateway.handshake-rejected'],
      ['DEVICE_AUTH_PUBLIC_KEY_INVALID', 'gateway.handshake-rejected'],
      ['PROTOCOL_MISMATCH', 'gateway.protocol-mismatch'],
      ['CLIENT_VERSION_MISMATCH', 'gateway.protocol-mismatch'],
      ['SOMETHING_OF_A_LATER_RELEASE', 'gateway.handshake-rejected'],
    ] as const
  ).map(([detail, code]): readonly [string, object, ErrorCode] => [detail, withDetail(detail), code]),
  ['pairing, new device', pairing('not-paired'), 'pairing.required'],
  ['pairing, more rights', pairing('scope-upgrade'), 'pairing.scope-upgrade'],
  ['pairing, other metadata', pairing('metadata-upgrade'), 'pairing.metadata-changed'],
  ['pairing, revoked', pairing('role-upgrade'), 'pairing.role-upgrade'],
  ['pairing, a later reason', pairing('moon-phase'), 'pairing.required'],
  [
    'starting',
    {
      code: 'UNAVAILABLE',
      message: 'gateway starting; retry shortly',
      details: { reason: 'startup-sidecars' },
    },
    'gateway.starting',
  ],
  [
    'restarting',
    { code: 'UNAVAILABLE', message: 'gateway restart in progress', details: { phase: 'restarting' } },
    'gateway.restarting',
  ],
  [
    'draining',
    { code: 'UNAVAILABLE', message: 'not accepting work', details: { phase: 'draining', reason: 'suspend' } },
    'gateway.draining',
  ],
  [
    'a profile that is not there yet',
    { code: 'UNAVAILABLE', message: 'try later', details: { code: 'AUTHENTICATED_PROFILE_UNAVAILABLE' } },
    'gateway.starting',
  ],
  [
    'old: token missing',
    words('unauthorized: gateway token missing (provide gateway auth token)'),
    'auth.token-missing',
  ],
  [
    'old: token wrong',
    words('unauthorized: gateway token mismatch (provide gateway auth token)'),
    'auth.token-wrong',
  ],
  ['old: password missing', words('unauthorized: gateway password missing'), 'auth.password-missing'],
  ['old: password wrong', words('unauthorized: gateway password mismatch'), 'auth.password-wrong'],
  [
    'old: device token wrong',
    words('unauthorized: device token mismatch (rotate/reissue device token)'),
    'auth.device-refused',
  ],
  ['old: unauthorized', words('unauthorized'), 'auth.refused'],
  [
    'old: pairing',
    { code: 'NOT_PAIRED', message: 'pairing required', details: { requestId: 'b7d9' } },
    'pairing.required',
  ],
  ['old: clock', words('device signature expired'), 'auth.clock-skew'],
  ['old: signature', words('device signature invalid'), 'gateway.handshake-rejected'],
  ['old: protocol', words('protocol mismatch', { expectedProtocol: 3 }), 'gateway.protocol-mismatch'],
  [
    'bad params',
    words("invalid connect params: at root: unexpected property 'foo'"),
    'gateway.handshake-rejected',
  ],
  ['invalid role', words('invalid role'), 'gateway.handshake-rejected'],
  ['first frame', words('invalid handshake: first request must be connect'), 'gateway.handshake-rejected'],
  ['an error without anything', {}, 'gateway.handshake-rejected'],
]

describe('a refused connect', () => {
  it.each(table)('%s', (_name, error, code) => {
    expect(connectFailure(gatewayError(error), peer).code).toBe(code)
  })

  it('hands on the request id as a command that can be copied', () => {
    const { error } = connectFailure(gatewayError(pairing('not-paired')), peer)
    expect(error.command).toBe('openclaw devices approve b7d9')
    expect(error.message).toContain('b7d9')
  })

  it('hands on how long to wait', () => {
    const { error } = connectFailure(
      gatewayError({ ...withDetail('AUTH_RATE_LIMITED'), retryable: true, retryAfterMs: 19_990 }),
      peer,
    )
    expect(error.retryAfterMs).toBe(19_990)
  })

  it('shows the words of the other side without control characters', () => {
    const { error } = connectFailure(gatewayError(words('bad\u001B[2J\r\nwords\u202E')), peer)
    expect(error.detail).toBe('INVALID_REQUEST · bad [2J words')
  })
})
