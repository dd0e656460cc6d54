import type { AnyAuthMethod, ParsedKey, Prompt } from 'ssh2'
import { expect, test } from 'vitest'
import { SshAgent } from '../../../electron/ssh/agent.ts'
import { generateEd25519 } from '../../../electron/ssh/private-key.ts'
import {
  isPasswordPrompt,
  SignIn,
  type KeyCandidate,
  type SignInOptions,
} from '../../../electron/ssh/sign-in.ts'
import { utils } from '../../../electron/ssh/ssh2.ts'
import { systemClock } from '../../../electron/platform/clock.ts'

function openKey(label: string): KeyCandidate {
  const key = utils.parseKey(generateEd25519().privateKey)
  if (key instanceof Error) throw key
  return { kind: 'open', label, publicKey: key.getPublicSSH(), key }
}
/** A key of an agent that signs without being asked twice. */
function agentKey(label: string): KeyCandidate {
  const { key, publicKey } = openKey(label) as Extract<KeyCandidate, { kind: 'open' }>
  const agent = new SshAgent('/nonexistent', systemClock)
  agent.sign = (_key, _data, _options, callback) => callback(null, Buffer.from('signature'))
  return { kind: 'agent', label, publicKey, key, agent }
}
const lockedKey = (label: string): KeyCandidate => {
  const { key } = openKey(label) as Extract<KeyCandidate, { kind: 'open' }>
  return { kind: 'locked', label, file: `/k/${label}`, key }
}
const signIn = (options: Partial<SignInOptions> = {}): SignIn =>
  new SignIn({
    user: 'ada',
    candidates: [],
    password: null,
    askCode: () => Promise.resolve(null),
    giveUp: () => {},
    ...options,
  })
const typeOf = (method: AnyAuthMethod | false): string | false => method && method.type
/** What ssh2 does when the server takes an agent's key: ask it to sign. */
const sign = (method: AnyAuthMethod | false): void => {
  if (method === false || method.type !== 'agent' || typeof method.agent === 'string')
    throw new Error('no agent')
  const { agent } = method
  agent.getIdentities((_error, keys) => agent.sign(keys![0] as ParsedKey, Buffer.from('data'), {}, () => {}))
}

test('keys go first, without asking what is offered; then only what is offered', () => {
  const one = signIn({ candidates: [openKey('a'), openKey('b')], password: 'secret' })
  expect(typeOf(one.next(null, null))).toBe('publickey')
  expect(typeOf(one.next(['publickey', 'password'], false))).toBe('publickey')
  expect(typeOf(one.next(['publickey', 'password'], false))).toBe('password')
  expect(one.next(['publickey', 'password'], false)).toBe(false)
  expect(one.need).toEqual({ kind: 'password', again: true })
  expect(one.tried).toEqual(['a', 'b', 'password'])
  expect(one.refused).toBe(3)
})

test('a server that takes no keys is not offered any more', () => {
  const one = signIn({ candidates: [openKey('a'), openKey('b')] })
  one.next(null, null)
  expect(one.next(['keyboard-interactive'], false)).toMatchObject({ type: 'keyboard-interactive' })
  expect(one.next(['keyboard-interactive'], false)).toBe(false)
  expect(one.need).toBeNull()
})

test('without keys the list is asked for, and a missing password is a need', () => {
  const one = signIn()
  expect(typeOf(one.next(null, null))).toBe('none')
  expect(one.next(['publickey', 'password'], false)).toBe(false)
  expect(one.need).toEqual({ kind: 'password', again: false })
  expect(one.refused).toBe(0)
  expect(one.offered).toEqual(['publickey', 'password'])
})

test('agent keys that fail go on without a list; at the end it is asked for', () => {
  const one = signIn({ candidates: [agentKey('a'), agentKey('b')] })
  expect(typeOf(one.next(null, null))).toBe('agent')
  expect(typeOf(one.next(null, null))).toBe('agent')
  expect(typeOf(one.next(null, null))).toBe('none')
  expect(one.next(['publickey'], false)).toBe(false)
  expect(one.refused).toBe(2)
})

test('after an agent\u2019s signature a "no" means "go on": the other keys wait, the list is asked for', () => {
  const one = signIn({ candidates: [agentKey('a'), agentKey('b')] })
  sign(one.next(null, null))
  expect(typeOf(one.next(null, null))).toBe('none')
  expect(one.next(['keyboard-interactive'], false)).toMatchObject({ type: 'keyboard-interactive' })
  expect(one.tried).toEqual(['a'])
  expect(one.refused).toBe(0)
})

test('a locked key is offered by its public half; being asked to sign is a need', () => {
  let givenUp = 0
  const one = signIn({ candidates: [lockedKey('a'), openKey('b')], giveUp: () => (givenUp += 1) })
  const method = one.next(null, null)
  expect(one.need).toBeNull()
  sign(method)
  expect(givenUp).toBe(1)
  expect(one.need).toEqual({ kind: 'passphrase', file: '/k/a' })
  expect(one.next(null, null)).toBe(false)
})

test('a locked key that hides its public half is a need when its turn comes', () => {
  const hidden: KeyCandidate = { kind: 'locked', label: 'a', file: '/k/a', key: null }
  const one = signIn({ candidates: [openKey('b'), hidden] })
  expect(typeOf(one.next(null, null))).toBe('publickey')
  expect(one.next(['publickey'], false)).toBe(false)
  expect(one.need).toEqual({ kind: 'passphrase', file: '/k/a' })
})

const interactive = (method: AnyAuthMethod | false, prompts: Prompt[]): Promise<string[]> =>
  new Promise((resolve) => {
    if (method === false || method.type !== 'keyboard-interactive') throw new Error('not interactive')
    method.prompt('', '', '', prompts, resolve)
  })

test('the password is never sent twice, whatever the server asks', async () => {
  let givenUp = 0
  const one = signIn({ password: 'secret', giveUp: () => (givenUp += 1) })
  one.next(null, null)
  const method = one.next(['keyboard-interactive', 'password'], false)
  expect(await interactive(method, [{ prompt: 'Password:', echo: false }])).toEqual(['secret'])
  void interactive(method, [{ prompt: 'Password:', echo: false }])
  expect(givenUp).toBe(1)
  expect(one.need).toEqual({ kind: 'password', again: true })
  const two = signIn({ password: 'secret' })
  two.next(null, null)
  await interactive(two.next(['keyboard-interactive', 'password'], false), [
    { prompt: 'Password:', echo: false },
  ])
  expect(two.next(['keyboard-interactive', 'password'], false)).toBe(false)
})

test('a failure after password and code blames neither: nothing is asked again', async () => {
  const one = signIn({ password: 'secret', askCode: () => Promise.resolve(['1']) })
  one.next(null, null)
  const method = one.next(['keyboard-interactive', 'password'], false)
  await interactive(method, [{ prompt: 'Password:', echo: false }])
  expect(await interactive(method, [{ prompt: 'Code:', echo: true }])).toEqual(['1'])
  expect(one.next(['keyboard-interactive', 'password'], false)).toBe(false)
  expect(one.need).toBeNull()
})

test('password accepted in part, then a code', async () => {
  const one = signIn({ password: 'secret', askCode: () => Promise.resolve(['1']) })
  one.next(null, null)
  expect(typeOf(one.next(['password'], false))).toBe('password')
  const method = one.next(['keyboard-interactive'], true)
  expect(await interactive(method, [{ prompt: 'Code:', echo: true }])).toEqual(['1'])
  expect(one.refused).toBe(0)
})

test('a server that never says no is left in the end', () => {
  const one = signIn({ candidates: Array.from({ length: 60 }, (_, i) => openKey(`k${i}`)) })
  let tries = 0
  while (one.next(['publickey'], true) !== false) tries += 1
  expect(tries).toBeLessThan(60)
})

test.for([
  ['Password: ', true],
  ["ada@host's password: ", true],
  ['Passwort:', true],
  ['(ada@host) Mot de passe :', true],
  ['\u5bc6\u7801\uff1a', true],
  ['Verification code: ', false],
  ['One-time password (OATH) for `ada`: ', false],
  ['Enter your OTP: ', false],
  ['New password: ', false],
  ['Retype new password: ', false],
  ['YubiKey for `ada`: ', false],
] as const)('is "%s" the password? %s', ([prompt, expected]) => {
  expect(isPasswordPrompt({ prompt, echo: false })).toBe(expected)
  expect(isPasswordPrompt({ prompt, echo: true })).toBe(false)
})
