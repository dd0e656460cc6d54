import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { DeviceIdentity } from './session.ts'

/** Mints a new Ed25519 device key as PKCS#8 PEM. Whoever keeps it must keep it secret. */
export function generateDeviceKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The identity of a device key (PKCS#8 PEM). Throws if the key is unreadable or not Ed25519. */
export function deviceIdentity(privateKeyPem: string): DeviceIdentity {
  const privateKey = createPrivateKey(privateKeyPem)
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('the device key is not an Ed25519 key')
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (x === undefined) throw new TypeError('the device key has no public part')
  return {
    id: createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex'),
    publicKey: x,
    sign: (payload) => sign(null, Buffer.from(payload, 'utf8'), privateKey).toString('base64url'),
  }
}

/** What a device signs to prove itself. `signedAt` in epoch ms; `token` exactly as sent in `auth`, or empty. */
export interface SignedFields {
  readonly deviceId: string
  readonly clientId: string
  readonly clientMode: string
  readonly role: string
  /** In the order sent. */
  readonly scopes: readonly string[]
  readonly signedAt: number
  readonly token: string
  readonly nonce: string
  readonly platform: string
  readonly deviceFamily: string
}

/** Format of the signed text, which is not the protocol's version: v3 needs protocol 4, v2 is read by protocol 3 too. */
export type SignatureVersion = 'v2' | 'v3'

/** The text to sign: the fields joined with `|`. */
export function signaturePayload(version: SignatureVersion, fields: SignedFields): string {
  const parts = [
    version,
    fields.deviceId,
    fields.clientId,
    fields.clientMode,
    fields.role,
    fields.scopes.join(','),
    String(fields.signedAt),
    fields.token,
    fields.nonce,
  ]
  if (version === 'v3') parts.push(lowered(fields.platform), lowered(fields.deviceFamily))
  return parts.join('|')
}

/** ASCII only, as the gateway does it: a locale's rules must not change a signature. */
const lowered = (text: string): string => text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())
