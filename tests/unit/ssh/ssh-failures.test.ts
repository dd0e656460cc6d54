import { expect, test } from 'vitest'
import { delaysSmallPackets } from '../../../electron/ssh/builtin-engine.ts'
import { channelFailure, earlyEndFailure, networkFailure } from '../../../electron/ssh/ssh-failures.ts'

const place = { host: 'box', port: 22, user: 'ada' }
const errno = (code: string): Error => Object.assign(new Error(code), { code })

test.for([
  ['ENOTFOUND', 'network.name-unknown'],
  ['EAI_AGAIN', 'network.name-unknown'],
  ['ECONNREFUSED', 'network.refused'],
  ['EHOSTUNREACH', 'network.unreachable'],
  ['ENETUNREACH', 'network.unreachable'],
  ['EADDRNOTAVAIL', 'network.unreachable'],
  ['ETIMEDOUT', 'network.timeout'],
  ['ECONNRESET', 'ssh.reset-before-banner'],
  ['EACCES', 'network.not-permitted'],
  ['EWHATEVER', 'network.reset'],
] as const)('%s is %s', ([code, expected]) => {
  expect(networkFailure(errno(code), place, 'linux').code).toBe(expected)
  expect(networkFailure(new AggregateError([errno('ENETUNREACH'), errno(code)]), place, 'linux').code).toBe(
    expected,
  )
})

test('macOS is told where its privacy switch is, without stopping the retries', () => {
  const failure = networkFailure(errno('EHOSTUNREACH'), place, 'darwin')
  expect(failure.error.message).toContain('macOS')
  expect(failure.transient).toBe(true)
})

test('an end before the sign-in, by phase and words', () => {
  const end = (changes: object): string =>
    earlyEndFailure({ phase: 'greeting', error: null, firstBytes: '', refused: 0, ...changes }, place).code
  expect(end({})).toBe('ssh.reset-before-banner')
  expect(end({ firstBytes: 'Exceeded MaxStartups\r\n' })).toBe('ssh.reset-before-banner')
  expect(end({ firstBytes: '220 mail ready\r\n' })).toBe('ssh.not-an-ssh-server')
  expect(end({ phase: 'key-exchange' })).toBe('ssh.lost')
  const noMatch = new Error('Handshake failed: no matching C->S cipher')
  expect(end({ phase: 'key-exchange', error: noMatch })).toBe('ssh.no-common-algorithm')
  expect(end({ phase: 'sign-in' })).toBe('ssh.lost')
  expect(end({ phase: 'sign-in', refused: 1 })).toBe('ssh.sign-in-failed')
  expect(end({ phase: 'sign-in', error: new Error('Too many authentication failures') })).toBe(
    'ssh.too-many-tries',
  )
})

test('what the first bytes were is shown without what could harm a terminal', () => {
  const { error } = earlyEndFailure(
    { phase: 'greeting', error: null, firstBytes: '\u001b[31mHTTP\u0007/1.1\r\nmore', refused: 0 },
    place,
  )
  expect(error.message).toContain('it says ".[31mHTTP./1.1"')
})

test('a channel that did not open, by the server\u2019s reason', () => {
  const code = (reason: unknown, message = 'x'): string =>
    channelFailure(
      Object.assign(new Error(`(SSH) Channel open failure: ${message}`), { reason }),
      place,
      place,
    ).code
  expect(code(1, 'open failed')).toBe('forward.prohibited')
  expect(code(3)).toBe('forward.prohibited')
  expect(code(2, 'Connection refused')).toBe('forward.nothing-listening')
  expect(code(2, 'Name or service not known')).toBe('forward.unreachable')
  expect(code(4)).toBe('forward.unreachable')
  expect(code(undefined, 'No response from server')).toBe('ssh.lost')
})

test.for([
  ['SSH-2.0-OpenSSH_9.2p1 Debian-2', true],
  ['SSH-2.0-OpenSSH_10.0p1', true],
  ['SSH-2.0-OpenSSH_10.1', false],
  ['SSH-2.0-OpenSSH_10.6p1', false],
  ['SSH-2.0-OpenSSH_for_Windows_9.5', true],
  ['SSH-2.0-dropbear_2022.83', false],
] as const)('%s delays small packets: %s', ([version, expected]) => {
  expect(delaysSmallPackets(version)).toBe(expected)
})
