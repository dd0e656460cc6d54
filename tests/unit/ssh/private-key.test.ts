import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import { keyTypeOf } from '../../../electron/ssh/host-key.ts'
import { KeyFiles } from '../../../electron/ssh/key-files.ts'
import {
  decryptOpenSsh,
  describeKeyText,
  generateEd25519,
  parseKeyText,
} from '../../../electron/ssh/private-key.ts'
import { utils } from '../../../electron/ssh/ssh2.ts'

const never = new AbortController().signal
const data = Buffer.from('to be signed')
const pem = (
  type: 'pkcs8' | 'pkcs1' | 'sec1',
  key: ReturnType<typeof generateKeyPairSync>['privateKey'],
): string => key.export({ type: type, format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed = generateKeyPairSync('ed25519')
const secp = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
/** ssh2's generator makes a broken key now and then: see generateEd25519. */
function encrypted(passphrase: string, rounds = 1): string {
  for (;;) {
    const text = utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds }).private
    if (!(utils.parseKey(text, passphrase) instanceof Error)) return text
  }
}

describe('formats', () => {
  test.for([
    ['PKCS#8 Ed25519', pem('pkcs8', ed.privateKey), 'ssh-ed25519'],
    ['PKCS#8 RSA', pem('pkcs8', rsa.privateKey), 'ssh-rsa'],
    ['PKCS#1 RSA', pem('pkcs1', rsa.privateKey), 'ssh-rsa'],
    ['PKCS#8 ECDSA', pem('pkcs8', ec.privateKey), 'ecdsa-sha2-nistp384'],
    ['SEC 1 ECDSA', pem('sec1', ec.privateKey), 'ecdsa-sha2-nistp384'],
    ['OpenSSH', generateEd25519().privateKey, 'ssh-ed25519'],
  ] as const)('%s: its public half is known, and it signs', ([, text, type]) => {
    const description = describeKeyText(text)
    expect(description).toMatchObject({ kind: 'private', encrypted: false })
    const parsed = parseKeyText(text)
    if (parsed.kind !== 'key' || description.kind !== 'private') throw new Error(parsed.kind)
    expect(keyTypeOf(description.publicKey!)).toBe(type)
    expect(parsed.key.getPublicSSH()).toEqual(description.publicKey)
    expect(parsed.key.verify(data, parsed.key.sign(data))).toBe(true)
  })

  test('a converted Ed25519 key is the same key', () => {
    const parsed = parseKeyText(pem('pkcs8', ed.privateKey))
    const raw = Buffer.from(ed.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    expect(parsed.kind === 'key' && parsed.key.getPublicSSH().subarray(-32)).toEqual(raw)
  })

  test('a key that starts with a zero is as good as any', () => {
    let made = generateEd25519()
    for (let i = 0; i < 20_000 && made.publicKey.at(-32) !== 0; i++) made = generateEd25519()
    expect(made.publicKey.at(-32)).toBe(0)
    const parsed = parseKeyText(made.privateKey)
    if (parsed.kind !== 'key') throw new Error(parsed.kind)
    expect(parsed.key.getPublicSSH()).toEqual(made.publicKey)
    expect(parsed.key.verify(data, parsed.key.sign(data))).toBe(true)
  })

  test('an encrypted key in OpenSSH\u2019s format shows its public half', () => {
    const description = describeKeyText(encrypted('secret'))
    expect(description).toMatchObject({ kind: 'private', format: 'openssh', encrypted: true })
    expect(description.kind === 'private' && keyTypeOf(description.publicKey!)).toBe('ssh-ed25519')
  })

  test('encrypted PEM files open with the right passphrase only', () => {
    const text = rsa.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString()
    expect(describeKeyText(text)).toEqual({
      kind: 'private',
      format: 'pem',
      encrypted: true,
      publicKey: null,
    })
    expect(parseKeyText(text, 'wrong')).toEqual({ kind: 'wrong-passphrase' })
    expect(parseKeyText(text, 'secret').kind).toBe('key')
  })

  test('what cannot be used says why', () => {
    const reasonOf = (text: string): string => {
      const description = describeKeyText(text)
      return description.kind === 'unsupported' ? description.reason : description.kind
    }
    expect(reasonOf('PuTTY-User-Key-File-2: ssh-rsa\n')).toContain('PuTTY')
    expect(reasonOf('-----BEGIN DSA PRIVATE KEY-----\n')).toContain('DSA')
    expect(reasonOf('hello')).toContain('format')
    expect(reasonOf('')).toContain('format')
    expect(reasonOf(pem('sec1', secp.privateKey))).not.toBe('private')
    expect(reasonOf('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n')).toBe(
      'it is damaged',
    )
    expect(reasonOf('-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n')).not.toBe(
      'private',
    )
  })

  test('a FIDO key and an unknown cipher are told apart', () => {
    const field = (text: string | Buffer): Buffer => {
      const bytes = Buffer.from(text as string)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return Buffer.concat([length, bytes])
    }
    const build = (cipher: string, type: string): string => {
      const body = Buffer.concat([
        Buffer.from('openssh-key-v1\0'),
        ...[cipher, 'none', ''].map(field),
        Buffer.from([0, 0, 0, 1]),
        field(Buffer.concat([field(type), field('x')])),
        field('secret'),
      ])
      return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
    }
    expect(describeKeyText(build('none', 'sk-ssh-ed25519@openssh.com'))).toMatchObject({
      reason: expect.stringContaining('FIDO') as string,
    })
    expect(describeKeyText(build('chacha20-poly1305@openssh.com', 'ssh-ed25519'))).toMatchObject({
      reason: expect.stringContaining('chacha20') as string,
    })
    expect(describeKeyText(build('none', 'ssh-dss'))).toMatchObject({ kind: 'unsupported' })
  })

  test('decrypting tells a wrong passphrase from a right one', () => {
    const text = encrypted('secret')
    expect(decryptOpenSsh(text, 'wrong')).toEqual({ kind: 'wrong-passphrase' })
    const opened = decryptOpenSsh(text, 'secret')
    expect(opened.kind === 'pem' && parseKeyText(opened.pem).kind).toBe('key')
  })
})

describe('key files', () => {
  let directory: string
  let files: KeyFiles
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'hawser-keys-'))
    files = new KeyFiles(silentLogger)
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))
  const write = (name: string, text: string): string => {
    const file = join(directory, name)
    writeFileSync(file, text)
    return file
  }

  test('opening does not stall the event loop, and is remembered until the file changes', async () => {
    const file = write('key', encrypted('secret', 16))
    expect(await files.load(file)).toMatchObject({ encrypted: true, privateKey: null })
    expect(await files.unlock(file, 'wrong', never)).toBe(false)
    let turns = 0
    let counting = true
    const count = (): void => {
      turns += 1
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    expect(await files.unlock(file, 'secret', never)).toBe(true)
    counting = false
    // On the loop itself it would be a handful.
    expect(turns).toBeGreaterThan(100)
    const opened = await files.load(file)
    expect(opened.encrypted).toBe(false)
    expect(opened.privateKey?.sign(data)).toBeInstanceOf(Buffer)
    writeFileSync(file, encrypted('other'))
    utimesSync(file, 1, 1)
    expect((await files.load(file)).privateKey).toBeNull()
  })

  test('giving up while it opens ends the worker', async () => {
    const file = write('key', encrypted('secret'))
    const abort = new AbortController()
    const unlocking = files.unlock(file, 'secret', abort.signal)
    abort.abort(new Error('stop'))
    await expect(unlocking).rejects.toThrow('stop')
  })

  test('the public half may stand beside an encrypted PEM file', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const text = pair.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString()
    const file = write('key', text)
    expect((await files.load(file)).publicKey).toBeNull()
    const open = parseKeyText(pem('pkcs8', pair.privateKey))
    if (open.kind !== 'key') throw new Error(open.kind)
    write('key.pub', `ssh-rsa ${open.key.getPublicSSH().toString('base64')} me@here\n`)
    expect((await files.load(file)).publicKey).toEqual(open.key.getPublicSSH())
    expect(await files.unlock(file, 'secret', never)).toBe(true)
  })

  test('files that are missing or far too large', async () => {
    await expect(files.load(join(directory, 'nope'))).rejects.toMatchObject({ code: 'ssh.key-unreadable' })
    await expect(files.load(directory)).rejects.toMatchObject({ code: 'ssh.key-unreadable' })
    const large = write('large', 'x'.repeat(300 * 1024))
    await expect(files.load(large)).rejects.toMatchObject({ code: 'ssh.key-unsupported' })
    expect(readFileSync(large, 'utf8').length).toBeGreaterThan(0)
  })
})
