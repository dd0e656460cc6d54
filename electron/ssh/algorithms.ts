import { getCiphers } from 'node:crypto'
import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2'

// Named outright rather than left to ssh2's defaults: no SHA-1 key exchange, no SHA-1 signatures of the server, and
// chacha20 only where it exists, since Electron's BoringSSL lacks it and ssh2 throws when it is named.
const cipher: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
]
if (getCiphers().includes('chacha20')) cipher.push('chacha20-poly1305@openssh.com')

const kex: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
]

const hmac: MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
  'hmac-sha1-etm@openssh.com',
  'hmac-sha1',
]

const serverHostKey: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** What the built-in engine offers a server, best first. */
export const builtinAlgorithms = { kex, cipher, hmac, serverHostKey, compress: ['none' as const] }

/** The same, with host key algorithms of types already known in front: another type would look like a changed key. */
export function algorithmsFor(knownKeyTypes: readonly string[]): typeof builtinAlgorithms {
  const known = serverHostKey.filter((name) => knownKeyTypes.includes(keyTypeOf(name)))
  return { ...builtinAlgorithms, serverHostKey: [...new Set([...known, ...serverHostKey])] }
}

const keyTypeOf = (algorithm: ServerHostKeyAlgorithm): string =>
  algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm
