import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { signaturePayload, type SignatureVersion } from '../gateway/device-identity.ts'
import { recordOf } from '../gateway/frames.ts'

type Json = Readonly<Record<string, unknown>>

/** What sign-in is measured against. */
export interface SignInRules {
  /** 3: refuses all that a Clawdbot of January 2026 refuses. */
  readonly protocol: 3 | 4
  /** Both null: mode `none`. */
  readonly token: string | null
  readonly password: string | null
  readonly deviceTokens: Map<string, string>
  readonly paired: ReadonlySet<string> | 'everyone'
  readonly newId: () => string
  /** Epoch ms. */
  readonly now: () => number
}

/** Either the error of the answer with the close code that follows, or who came in. */
export type SignInVerdict =
  | { readonly ok: false; readonly error: Json; readonly closeCode: number }
  | {
      readonly ok: true
      readonly deviceId: string | null
      readonly scopes: readonly string[]
      readonly method: string
      readonly client: Json
      readonly caps: readonly string[]
    }

const connectParams =
  'minProtocol maxProtocol client role scopes caps commands permissions pathEnv auth device locale userAgent'.split(
    ' ',
  )
const clientParams = 'id displayName version platform deviceFamily modelIdentifier mode instanceId'.split(' ')
const newIds =
  'openclaw-macos openclaw-linux openclaw-ios openclaw-android openclaw-probe gateway-client cli test'.split(
    ' ',
  )
const oldIds = 'clawdbot-macos clawdbot-ios clawdbot-android clawdbot-probe gateway-client cli test'.split(
  ' ',
)

/** Judges the params of `connect` in the order in which a real gateway does. */
export function judgeConnect(params: Json, nonce: string, rules: SignInRules): SignInVerdict {
  const old = rules.protocol === 3
  const client = recordOf(params['client'])
  const auth = recordOf(params['auth'])
  const refuse = (
    message: string,
    details: Json | null,
    code = 'INVALID_REQUEST',
    closeCode = 1008,
  ): SignInVerdict => ({
    ok: false,
    error: {
      code,
      message,
      ...(details === null ||
      (old && details['requestId'] === undefined && details['expectedProtocol'] === undefined)
        ? {}
        : { details }),
    },
    closeCode,
  })
  const unexpected = (where: string, given: Json, known: readonly string[]): string | null => {
    const name = Object.keys(given).find((each) => !known.includes(each))
    return name === undefined ? null : `invalid connect params: at ${where}: unexpected property '${name}'`
  }
  const id = String(client['id'])
  if (!(old ? oldIds : newIds).includes(id)) {
    return refuse(
      `invalid connect params: at /client/id: must be equal to ${old ? 'constant' : 'one of the allowed values'}`,
      null,
    )
  }
  const stray =
    unexpected('root', params, connectParams) ??
    unexpected('/client', client, old ? clientParams : [...clientParams, 'timeZone', 'buildId']) ??
    unexpected(
      '/auth',
      auth,
      old ? ['token', 'password'] : ['token', 'password', 'deviceToken', 'bootstrapToken'],
    )
  if (stray !== null) return refuse(stray, null)
  if (Number(params['minProtocol']) > rules.protocol || Number(params['maxProtocol']) < rules.protocol) {
    const details = { ...(old ? {} : { code: 'PROTOCOL_MISMATCH' }), expectedProtocol: rules.protocol }
    return refuse('protocol mismatch', details, 'INVALID_REQUEST', 1002)
  }

  const device = recordOf(params['device'])
  const scopes = Array.isArray(params['scopes']) ? params['scopes'].map(String) : []
  const deviceId = typeof device['id'] === 'string' ? device['id'] : null
  if (deviceId !== null) {
    const fault = deviceFault(device, params, client, auth, scopes, nonce, old)
    if (fault !== null) return refuse(fault.message, { code: fault.code })
  }

  const given = (name: string): string | null => (typeof auth[name] === 'string' ? auth[name] : null)
  const deviceToken = deviceId === null ? undefined : rules.deviceTokens.get(deviceId)
  const byDevice =
    deviceToken !== undefined && (given('deviceToken') === deviceToken || given('token') === deviceToken)
  const open = rules.token === null && rules.password === null
  const secret = given('token') ?? given('password')
  const right = secret !== null && (secret === rules.token || secret === rules.password)
  if (!open && !right && !byDevice) {
    const kind = rules.token === null ? 'password' : 'token'
    if (secret === null && given('deviceToken') !== null) {
      return refuse('unauthorized: device token mismatch (rotate/reissue device token)', {
        code: 'AUTH_DEVICE_TOKEN_MISMATCH',
        canRetryWithDeviceToken: false,
      })
    }
    const what = secret === null ? 'missing' : 'mismatch'
    return refuse(`unauthorized: gateway ${kind} ${what} (provide gateway auth ${kind})`, {
      code: `AUTH_${kind.toUpperCase()}_${what.toUpperCase()}`,
      canRetryWithDeviceToken: kind === 'token' && what === 'mismatch' && deviceId !== null,
    })
  }
  if (deviceId === null) {
    if (open) return refuse('device identity required', { code: 'DEVICE_IDENTITY_REQUIRED' }, 'NOT_PAIRED')
    return { ok: true, deviceId, scopes: [], method: 'token', client, caps: [] }
  }
  if (rules.paired !== 'everyone' && !rules.paired.has(deviceId)) {
    return refuse(
      old ? 'pairing required' : 'pairing required: device is not approved yet',
      {
        ...(old ? {} : { code: 'PAIRING_REQUIRED', reason: 'not-paired', requestedScopes: scopes }),
        requestId: `pair-${deviceId.slice(0, 12)}`,
      },
      'NOT_PAIRED',
    )
  }
  if (deviceToken === undefined) rules.deviceTokens.set(deviceId, rules.newId())
  const method = open
    ? 'none'
    : byDevice && !right
      ? 'device-token'
      : rules.token === null
        ? 'password'
        : 'token'
  const caps = Array.isArray(params['caps']) ? params['caps'].map(String) : []
  return { ok: true, deviceId, scopes, method, client, caps }
}

function deviceFault(
  device: Json,
  params: Json,
  client: Json,
  auth: Json,
  scopes: readonly string[],
  nonce: string,
  old: boolean,
): { readonly code: string; readonly message: string } | null {
  const publicKey = String(device['publicKey'])
  const raw = Buffer.from(publicKey, 'base64url')
  if (createHash('sha256').update(raw).digest('hex') !== device['id']) {
    return { code: 'DEVICE_AUTH_DEVICE_ID_MISMATCH', message: 'device identity mismatch' }
  }
  if (device['nonce'] !== nonce)
    return { code: 'DEVICE_AUTH_NONCE_MISMATCH', message: 'device nonce mismatch' }
  const fields = {
    deviceId: text(device['id']),
    clientId: text(client['id']),
    clientMode: text(client['mode']),
    role: text(params['role']) || 'operator',
    scopes,
    signedAt: Number(device['signedAt']),
    token: text(auth['token']) || text(auth['deviceToken']),
    nonce,
    platform: text(client['platform']),
    deviceFamily: text(client['deviceFamily']),
  }
  const key = keyOf(publicKey)
  const signature = Buffer.from(String(device['signature']), 'base64url')
  const versions: readonly SignatureVersion[] = old ? ['v2'] : ['v3', 'v2']
  const good =
    key !== null &&
    versions.some((version) => verify(null, Buffer.from(signaturePayload(version, fields)), key, signature))
  return good ? null : { code: 'DEVICE_AUTH_SIGNATURE_INVALID', message: 'device signature invalid' }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function keyOf(x: string): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch {
    return null
  }
}
