import { createHash } from 'node:crypto'

/** Type of a public key in wire form, such as `ssh-ed25519`; empty if it is not one. */
export function keyTypeOf(blob: Buffer): string {
  if (blob.length < 4) return ''
  const length = blob.readUInt32BE(0)
  return length > 64 || blob.length < 4 + length ? '' : blob.toString('latin1', 4, 4 + length)
}

/** `SHA256:…` exactly as OpenSSH prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** The name of a key type that people know from OpenSSH: ED25519, ECDSA, RSA. */
export function plainKeyType(type: string): string {
  if (type === 'ssh-ed25519') return 'ED25519'
  if (type.startsWith('ecdsa-')) return 'ECDSA'
  if (type === 'ssh-rsa') return 'RSA'
  return type
}

/** The command that shows the fingerprint of a key of this type on the server itself. */
export function compareCommand(type: string): string {
  const name = plainKeyType(type).toLowerCase()
  return `ssh-keygen -lf /etc/ssh/ssh_host_${/^[a-z0-9]+$/.test(name) ? name : 'ed25519'}_key.pub`
}
