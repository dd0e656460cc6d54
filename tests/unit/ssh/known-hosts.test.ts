import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { algorithmsFor } from '../../../electron/ssh/algorithms.ts'
import { fingerprintOf } from '../../../electron/ssh/host-key.ts'
import { addKnownHostsLine } from '../../../electron/ssh/known-hosts-file.ts'
import { KnownHosts, parseKnownHosts } from '../../../electron/ssh/known-hosts.ts'

function key(type: string, fill: number): Buffer {
  const name = Buffer.from(type)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(name.length)
  return Buffer.concat([length, name, Buffer.alloc(36, fill)])
}
const ed = key('ssh-ed25519', 1)
const otherEd = key('ssh-ed25519', 2)
const rsa = key('ssh-rsa', 3)
const line = (names: string, blob: Buffer, marker = ''): string =>
  `${marker}${marker === '' ? '' : ' '}${names} ${blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))} ${blob.toString('base64')} a comment\n`
const hosts = (user: string, own = ''): KnownHosts =>
  new KnownHosts([parseKnownHosts(user, 'user'), parseKnownHosts(own, 'own')])
const check = (known: KnownHosts, blob: Buffer, host = 'box', port = 22): string =>
  known.check(blob, host, port, null).kind

describe('as OpenSSH reads it (measured with 9.2)', () => {
  test('names, lists, wildcards, negation, letter case', () => {
    expect(check(hosts(line('box', ed)), ed)).toBe('known')
    expect(check(hosts(line('a,box,b', ed)), ed)).toBe('known')
    expect(check(hosts(line('b?x', ed)), ed, 'BOX')).toBe('known')
    expect(check(hosts(line('*.example.org,!bad.example.org', ed)), ed, 'ok.example.org')).toBe('known')
    expect(check(hosts(line('*.example.org,!bad.example.org', ed)), ed, 'bad.example.org')).toBe('unknown')
    expect(check(hosts(line('boxes', ed)), ed)).toBe('unknown')
  })

  test('ports: in brackets, and a line without one counts only if its key is the same', () => {
    expect(check(hosts(line('[box]:2222', ed)), ed, 'box', 2222)).toBe('known')
    expect(check(hosts(line('[box]:2222', ed)), ed, 'box', 22)).toBe('unknown')
    expect(check(hosts(line('box', ed)), ed, 'box', 2222)).toBe('known')
    expect(check(hosts(line('box', otherEd)), ed, 'box', 2222)).toBe('unknown')
  })

  test('a hashed name', () => {
    const salt = randomBytes(20)
    const hash = createHmac('sha1', salt).update('[box]:2222').digest('base64')
    const known = hosts(line(`|1|${salt.toString('base64')}|${hash}`, ed))
    expect(check(known, ed, 'box', 2222)).toBe('known')
    expect(check(known, ed, 'fox', 2222)).toBe('unknown')
  })

  test('a different key is changed, of another type too, with its place and fingerprint', () => {
    expect(hosts(`# a comment\n\n${line('box', otherEd)}`).check(ed, 'box', 22, null)).toEqual({
      kind: 'changed',
      file: 'user',
      line: 3,
      expected: fingerprintOf(otherEd),
      name: 'box',
    })
    expect(check(hosts(line('box', rsa)), ed)).toBe('changed')
    expect(check(hosts(line('box', otherEd) + line('box', ed)), ed)).toBe('known')
  })

  test('revoked wins, wherever it stands; an authority\u2019s line is no host key', () => {
    expect(check(hosts(line('box', ed) + line('*', ed, '@revoked')), ed)).toBe('revoked')
    expect(check(hosts(line('box', ed), line('*', ed, '@revoked')), ed)).toBe('revoked')
    expect(check(hosts(line('*', otherEd, '@revoked')), ed)).toBe('unknown')
    expect(check(hosts(line('*', otherEd, '@cert-authority')), ed)).toBe('unknown')
  })

  test('an alias is the name, without a port', () => {
    expect(hosts(line('my-name', ed)).check(ed, 'box', 2222, 'My-Name').kind).toBe('known')
    expect(hosts(line('box', ed)).check(ed, 'box', 22, 'my-name').kind).toBe('unknown')
  })

  test('lines that make no sense are skipped', () => {
    const broken = `box\nbox ssh-ed25519\nbox ssh-rsa ${ed.toString('base64')}\n@what box ssh-ed25519 ${ed.toString('base64')}\n|1|x box\n`
    expect(parseKnownHosts(broken, 'f')).toEqual([])
  })
})

test('our own file and theirs: a different or revoked key in either wins', () => {
  expect(check(hosts(line('box', ed), ''), ed)).toBe('known')
  expect(check(hosts('', line('box', ed)), ed)).toBe('known')
  expect(check(hosts(line('box', otherEd), line('box', ed)), ed)).toBe('changed')
  expect(check(hosts(line('box', ed), line('box', otherEd)), ed)).toBe('changed')
  expect(check(hosts(line('box', ed, '@revoked'), line('box', ed)), ed)).toBe('revoked')
})

test('the server is asked for a type that is known', () => {
  const types = hosts(line('box', rsa), line('[box]:2222', ed)).knownTypes('box', 22, null)
  expect(types).toEqual(['ssh-rsa'])
  expect(algorithmsFor(types).serverHostKey.slice(0, 3)).toEqual([
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-ed25519',
  ])
  expect(algorithmsFor([]).serverHostKey).not.toContain('ssh-rsa')
  expect(hosts(line('box', rsa)).knownTypes('box', 2222, null)).toEqual(['ssh-rsa'])
})

describe('writing a line', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'hawser-known-hosts-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test('a new file is private, with its folder', async () => {
    const file = join(directory, 'sub', 'known_hosts')
    await addKnownHostsLine(file, 'one', { private: true })
    await addKnownHostsLine(file, 'two', { private: true })
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'sub')).mode & 0o777).toBe(0o700)
  })

  test('an existing file keeps its content, its mode and its link; a missing line end is put in', async () => {
    const real = join(directory, 'real')
    writeFileSync(real, 'mine', { mode: 0o644 })
    const file = join(directory, 'link')
    symlinkSync(real, file)
    await addKnownHostsLine(file, 'theirs', { private: false })
    expect(readFileSync(real, 'utf8')).toBe('mine\ntheirs\n')
    expect(statSync(real).mode & 0o777).toBe(0o644)
  })

  test('many writers at once lose no line', async () => {
    const file = join(directory, 'known_hosts')
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => addKnownHostsLine(file, `line ${i}`, { private: true })),
    )
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(new Set(lines).size).toBe(40)
    expect(lines).toHaveLength(40)
  })
})
