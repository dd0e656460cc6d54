import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { ParsedKey } from 'ssh2'
import { keyTypeOf } from './host-key.ts'
import { utils } from './ssh2.ts'

/** What a key file is, as far as it can be told without its passphrase. */
export type KeyText =
  | {
      readonly kind: 'private'
      readonly format: 'openssh' | 'pem'
      readonly encrypted: boolean
      /** Wire form; null where an encrypted PEM file hides it. */
      readonly publicKey: Buffer | null
    }
  | { readonly kind: 'public'; readonly publicKey: Buffer }
  /** `reason`: why the built-in engine cannot use it, in words. */
  | { readonly kind: 'unsupported'; readonly reason: string }

const usableTypes = new Set([
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
])
const opensshMagic = 'openssh-key-v1\0'

/** Reads what can be read of a key file's text. */
export function describeKeyText(text: string): KeyText {
  const openssh = pemBody(text, 'OPENSSH PRIVATE KEY')
  if (openssh !== null) return describeOpenSsh(openssh)
  if (text.startsWith('PuTTY-User-Key-File')) return unsupported('it is in PuTTY\u2019s own format')
  const pem = /-----BEGIN ((?:RSA |EC |ENCRYPTED |)PRIVATE KEY)-----/.exec(text)
  if (pem) {
    const encrypted = pem[1] === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(text)
    if (encrypted) return { kind: 'private', format: 'pem', encrypted, publicKey: null }
    const key = parsePem(text, undefined)
    return key.kind === 'key'
      ? { kind: 'private', format: 'pem', encrypted, publicKey: key.key.getPublicSSH() }
      : unsupported(key.kind === 'unsupported' ? key.reason : 'it is damaged')
  }
  if (text.includes('-----BEGIN DSA PRIVATE KEY-----')) return unsupported('DSA keys are no longer safe')
  const [type = '', base64 = ''] = text.trim().split(/\s+/)
  const publicKey = Buffer.from(base64, 'base64')
  if (type !== '' && keyTypeOf(publicKey) === type) return { kind: 'public', publicKey }
  return unsupported('its format is not known')
}

export type ParsedPrivateKey =
  | { readonly kind: 'key'; readonly key: ParsedKey }
  | { readonly kind: 'wrong-passphrase' }
  | { readonly kind: 'unsupported'; readonly reason: string }

export type DecryptedKey =
  | { readonly kind: 'pem'; readonly pem: string }
  | { readonly kind: 'wrong-passphrase' }
  | { readonly kind: 'unsupported'; readonly reason: string }

/** Opens a key that is not encrypted, or (`passphrase`) any PEM one. Quick: no bcrypt. */
export function parseKeyText(text: string, passphrase?: string): ParsedPrivateKey {
  if (pemBody(text, 'OPENSSH PRIVATE KEY') === null) return parsePem(text, passphrase)
  const key = utils.parseKey(text)
  return key instanceof Error ? unsupported(key.message) : { kind: 'key', key }
}

/**
 * Opens an encrypted key in OpenSSH's format and hands back its PEM text. Its key derivation (bcrypt) takes from
 * 0.3 s to several seconds in plain JavaScript, so this runs in a worker.
 */
export function decryptOpenSsh(text: string, passphrase: string): DecryptedKey {
  const key = utils.parseKey(text, passphrase)
  if (!(key instanceof Error)) return { kind: 'pem', pem: key.getPrivatePEM() }
  // An AES-GCM key fails in the cipher itself, the others at the check numbers inside.
  if (/bad passphrase|unable to authenticate|integrity check/i.test(key.message))
    return { kind: 'wrong-passphrase' }
  return unsupported(key.message)
}

/** A new Ed25519 key, not encrypted. ssh2's own generator drops leading zeros, so that one in 256 of its keys is broken. */
export function generateEd25519(): { readonly privateKey: string; readonly publicKey: Buffer } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const text = toReadable(privateKey) ?? ''
  const parsed = utils.parseKey(text)
  if (parsed instanceof Error) throw parsed
  return { privateKey: text, publicKey: parsed.getPublicSSH() }
}

function parsePem(text: string, passphrase: string | undefined): ParsedPrivateKey {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: text, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    if (passphrase !== undefined) return { kind: 'wrong-passphrase' }
    return unsupported(error instanceof Error ? error.message : 'it is damaged')
  }
  const readable = toReadable(key)
  if (readable === null) return unsupported(`${key.asymmetricKeyType ?? 'unknown'} keys are not used in SSH`)
  const parsed = utils.parseKey(readable)
  return parsed instanceof Error ? unsupported(parsed.message) : { kind: 'key', key: parsed }
}

/** A form ssh2 can read: it knows PKCS#1 and SEC 1, but not PKCS#8, the only form OpenSSL has for Ed25519. */
function toReadable(key: KeyObject): string | null {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString()
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString()
    case 'ed25519': {
      const { x = '', d = '' } = key.export({ format: 'jwk' })
      return opensshEd25519(Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url'))
    }
    default:
      return null
  }
}

/** An Ed25519 key in OpenSSH's own format, not encrypted. */
function opensshEd25519(publicKey: Buffer, seed: Buffer): string {
  const type = Buffer.from('ssh-ed25519')
  const check = Buffer.alloc(8)
  const secret = Buffer.concat([
    check,
    ...[type, publicKey, Buffer.concat([seed, publicKey]), Buffer.alloc(0)].map(field),
  ])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8))
  const one = Buffer.from([0, 0, 0, 1])
  const body = Buffer.concat([
    Buffer.from(opensshMagic, 'latin1'),
    field(Buffer.from('none')),
    field(Buffer.from('none')),
    field(Buffer.alloc(0)),
    one,
    field(Buffer.concat([field(type), field(publicKey)])),
    field(Buffer.concat([secret, padding])),
  ])
  const lines = body.toString('base64').replace(/(.{70})(?=.)/g, '$1\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function describeOpenSsh(body: Buffer): KeyText {
  const reader = new FieldReader(body)
  if (reader.raw(opensshMagic.length)?.toString('latin1') !== opensshMagic)
    return unsupported('it is damaged')
  const cipher = reader.field()?.toString('latin1')
  reader.field()
  reader.field()
  reader.raw(4)
  const publicKey = reader.field()
  if (cipher === undefined || publicKey === undefined) return unsupported('it is damaged')
  const type = keyTypeOf(publicKey)
  if (type.startsWith('sk-')) return unsupported('it lives on a FIDO security key')
  if (!usableTypes.has(type)) return unsupported(`its type ${type} is not known`)
  if (cipher.startsWith('chacha20')) return unsupported(`its encryption ${cipher} is not known`)
  return { kind: 'private', format: 'openssh', encrypted: cipher !== 'none', publicKey }
}

function pemBody(text: string, label: string): Buffer | null {
  const begin = `-----BEGIN ${label}-----`
  const from = text.indexOf(begin)
  const to = text.indexOf(`-----END ${label}-----`)
  return from < 0 || to < 0 ? null : Buffer.from(text.slice(from + begin.length, to), 'base64')
}

/** Reads the length-prefixed fields of SSH's wire format; undefined past the end. */
class FieldReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  raw(length: number): Buffer | undefined {
    if (this.#at + length > this.#bytes.length) return undefined
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  field(): Buffer | undefined {
    const length = this.raw(4)?.readUInt32BE(0)
    return length === undefined ? undefined : this.raw(length)
  }
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const unsupported = (reason: string): { readonly kind: 'unsupported'; readonly reason: string } => ({
  kind: 'unsupported',
  reason,
})
