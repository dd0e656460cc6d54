import { failure, type AppFailure } from '../../shared/result.ts'
import type { Refusal } from './handshake.ts'
import type { PresentedAuth } from './profiles.ts'
import type { GatewayCredentials, GatewayOpenOptions } from './session.ts'

/** What OpenClaw and other tools print in place of a secret. Sent as one, it would only lead to a lockout. */
const redactionMarks = [
  /^__[A-Z_]*REDACTED[A-Z_]*__$/,
  /^[<[(]?redacted[>\])]?$/i,
  /^[*•·…]{2,}$/,
  /^x{6,}$/i,
]

/** Rejects a placeholder before it costs a failed sign-in. */
export function refuseRedacted(credentials: GatewayCredentials): void {
  for (const secret of [credentials.token, credentials.password]) {
    if (secret !== null && redactionMarks.some((mark) => mark.test(secret.trim())))
      throw failure('auth.redacted-token')
  }
}

/** What to present first, and what after a refusal. */
export interface SignInPlan {
  first(): PresentedAuth
  /** What is left to try in this call, or null. */
  after(refusal: Refusal): PresentedAuth | null
  /** The failure to report when nothing is left. */
  verdict(refusal: Refusal): AppFailure
}

const bare: PresentedAuth = { token: null, password: null, deviceToken: null }

/**
 * The shared secret comes first. Its refusal as a wrong token allows one try with the device token, and only where the
 * other end is known (loopback, SSH, a pinned certificate). A device token that proves stale is deleted; without a
 * secret one more attempt with nothing tells whether a token or a password is wanted.
 */
export function signInPlan({ credentials, route, onDeviceToken }: GatewayOpenOptions): SignInPlan {
  const { token, password, deviceToken } = credentials
  const secret: PresentedAuth | null =
    token === null && password === null ? null : { token, password, deviceToken: null }
  const device: PresentedAuth | null = deviceToken === null ? null : { ...bare, deviceToken }
  let presenting: 'secret' | 'device' | 'bare' = secret ? 'secret' : device ? 'device' : 'bare'
  let secretVerdict: AppFailure | null = null

  return {
    first: () => secret ?? device ?? bare,
    after(refusal) {
      const { code } = refusal.failure
      switch (presenting) {
        case 'secret':
          if (code !== 'auth.token-wrong' || device === null || !route.trusted) return null
          if (refusal.error.details['canRetryWithDeviceToken'] === false) return null
          presenting = 'device'
          secretVerdict = refusal.failure
          return device
        case 'device': {
          // An old gateway takes the device token in the token's place and calls it a wrong token.
          if (code !== 'auth.device-refused' && code !== 'auth.token-wrong') return null
          if (refusal.error.details['code'] !== 'AUTH_SCOPE_MISMATCH') onDeviceToken(null)
          if (secretVerdict !== null) return null
          presenting = 'bare'
          return bare
        }
        case 'bare':
          return null
      }
    },
    verdict: (refusal) =>
      secretVerdict !== null && refusal.failure.code.startsWith('auth.') ? secretVerdict : refusal.failure,
  }
}
