import { hostname } from 'node:os'
import type { GatewayError, Challenge } from './frames.ts'
import { signaturePayload, type SignatureVersion } from './device-identity.ts'
import type { GatewayOpenOptions } from './session.ts'

/** How the app introduces itself: names the gateway knows, and the version of the protocol they belong to. */
export interface ClientProfile {
  readonly name: 'native' | 'compat'
  readonly clientId: string
  readonly minProtocol: number
  readonly maxProtocol: number
  readonly signature: SignatureVersion
}

/** Kept constant over releases: a gateway pins both at pairing and asks for approval anew when they change. */
const devices = {
  darwin: { platform: 'macos', deviceFamily: 'Mac' },
  win32: { platform: 'windows', deviceFamily: 'Windows' },
  linux: { platform: 'linux', deviceFamily: 'Linux' },
} as const

/** Current gateways: protocol 4. Windows has no native id, so it takes the general one. */
export function nativeProfile(platform: GatewayOpenOptions['platform']): ClientProfile {
  const ids = { darwin: 'openclaw-macos', linux: 'openclaw-linux', win32: 'gateway-client' } as const
  return { name: 'native', clientId: ids[platform], minProtocol: 4, maxProtocol: 4, signature: 'v3' }
}

/** Understood by protocol 3 and 4 alike: no field and no id that an old gateway rejects. */
export const compatProfile: ClientProfile = {
  name: 'compat',
  clientId: 'gateway-client',
  minProtocol: 3,
  maxProtocol: 4,
  signature: 'v2',
}

/** True if a refusal means "an old gateway that does not know the native profile". */
export function wantsCompatProfile(error: GatewayError): boolean {
  if (error.details['expectedProtocol'] === 3) return true
  return error.details['code'] === undefined && error.message.startsWith('invalid connect params')
}

/** What is presented in one attempt. */
export interface PresentedAuth {
  readonly token: string | null
  readonly password: string | null
  readonly deviceToken: string | null
}

/** The params of `connect`, signed over the challenge. */
export function connectParams(
  profile: ClientProfile,
  options: GatewayOpenOptions,
  presented: PresentedAuth,
  challenge: Challenge,
): object {
  const { identity } = options
  const device = devices[options.platform]
  const native = profile.name === 'native'
  // Protocol 3 rejects `auth.deviceToken`; both protocols take a device token as `auth.token`.
  const token = presented.token ?? (native ? null : presented.deviceToken)
  const deviceToken = native ? presented.deviceToken : null
  const auth = {
    ...(token === null ? {} : { token }),
    ...(presented.password === null ? {} : { password: presented.password }),
    ...(deviceToken === null ? {} : { deviceToken }),
  }
  const role = 'operator'
  // The challenge's own time, so that a wrong clock on this computer cannot fail the sign-in.
  const signedAt = challenge.ts ?? options.clock.now()
  const payload = signaturePayload(profile.signature, {
    deviceId: identity.id,
    clientId: profile.clientId,
    clientMode: 'ui',
    role,
    scopes: options.scopes,
    signedAt,
    token: token ?? deviceToken ?? '',
    nonce: challenge.nonce,
    ...device,
  })
  const format = Intl.DateTimeFormat().resolvedOptions()
  return {
    minProtocol: profile.minProtocol,
    maxProtocol: profile.maxProtocol,
    client: {
      id: profile.clientId,
      displayName: `Hawser on ${hostname()}`,
      version: options.clientVersion,
      ...device,
      mode: 'ui',
      instanceId: options.instanceId,
      ...(native ? { timeZone: format.timeZone } : {}),
    },
    role,
    scopes: options.scopes,
    caps: ['tool-events', 'approvals'],
    ...(Object.keys(auth).length === 0 ? {} : { auth }),
    device: {
      id: identity.id,
      publicKey: identity.publicKey,
      signature: identity.sign(payload),
      signedAt,
      nonce: challenge.nonce,
    },
    locale: format.locale,
    userAgent: `hawser/${options.clientVersion}`,
  }
}
