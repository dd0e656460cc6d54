import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  knownTarget,
  preparedPrompter,
  sshPlayground,
  until,
  type SshPlayground,
} from '../../fixtures/ssh-links.ts'
import { startSshAgent, type TestAgent } from '../../fixtures/ssh-agent.ts'
import { generateKey, startSshd, type Sshd } from '../../fixtures/sshd.ts'

let sshd: Sshd
let place: SshPlayground
let agent: TestAgent | null = null

beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd.dispose())
beforeEach(() => {
  place = sshPlayground()
})
afterEach(async () => {
  await place.dispose()
  expect(place.timers()).toBe(0)
  await agent?.dispose()
  agent = null
  sshd.authorize([])
  await until('no session is left', () => sshd.sessions().length === 0)
})

const known = (): { target: string; knownHostsFile: string } => ({
  target: sshd.target,
  knownHostsFile: sshd.knownHostsFile,
})

test('signs in with a key, says so stage by stage, and leaves when told', async () => {
  const link = await place.open(knownTarget(sshd))
  expect(link.engine).toBe('builtin')
  expect(link.serverVersion).toMatch(/^SSH-2\.0-OpenSSH_/)
  expect(link.bytesReceived()).toBeGreaterThan(1000)
  expect(place.stages).toEqual([
    `network: 127.0.0.1:${sshd.port}`,
    `ssh: signed in as ${sshd.user}, key client_ed25519`,
  ])
  const reasons: string[] = []
  link.onClosed((reason) => reasons.push(reason))
  await link.close()
  await link.close()
  expect(reasons).toEqual(['closed by Hawser'])
})

test.for([
  ['rsa', {}],
  ['ecdsa', {}],
  ['ecdsa', { bits: 521 }],
  ['rsa', { format: 'PEM' }],
  ['ecdsa', { format: 'PKCS8' }],
  ['rsa', { format: 'PKCS8' }],
] as const)('signs in with a key of type %s %j', async ([type, options]) => {
  const file = join(place.directory, 'key')
  sshd.authorize([await generateKey(file, type, options)])
  await place.open({ ...known(), identityFile: file })
  expect(place.stages.at(-1)).toContain('key key')
})

test.for([
  ['ed25519', { passphrase: 'a secret', rounds: 4 }],
  ['ed25519', { passphrase: 'a secret', rounds: 4, cipher: 'aes256-gcm@openssh.com' }],
  ['rsa', { passphrase: 'a secret', rounds: 4 }],
  ['rsa', { passphrase: 'a secret', format: 'PEM' }],
  ['ecdsa', { passphrase: 'a secret', format: 'PKCS8' }],
] as const)(
  'an encrypted key (%s %j) asks for its passphrase, again when it is wrong',
  async ([type, options]) => {
    const file = join(place.directory, 'key')
    sshd.authorize([await generateKey(file, type, options)])
    const prompter = preparedPrompter({ passphrase: ['wrong', 'a secret'] })
    let sessionsWhileAsked = -1
    prompter.onAsk = () => (sessionsWhileAsked = Math.max(sessionsWhileAsked, sshd.sessions().length))
    await place.open({ ...known(), identityFile: file }, { prompter })
    expect(prompter.asked).toEqual([
      { kind: 'passphrase', question: { keyFile: file, again: false } },
      { kind: 'passphrase', question: { keyFile: file, again: true } },
    ])
    // The next link of the same process needs no question.
    const second = preparedPrompter()
    await place.open({ ...known(), identityFile: file }, { prompter: second })
    expect(second.asked).toEqual([])
  },
)

test('no connection waits while a passphrase is asked for', async () => {
  const file = join(place.directory, 'key')
  sshd.authorize([await generateKey(file, 'ed25519', { passphrase: 'a secret', rounds: 4 })])
  const prompter = preparedPrompter({ passphrase: ['a secret'] })
  const asking = Promise.withResolvers<null>()
  const slow = {
    ...prompter,
    async passphrase() {
      await until('the connection is gone', () => sshd.sessions().length === 0)
      asking.resolve(null)
      return 'a secret'
    },
  }
  await place.open({ ...known(), identityFile: file }, { prompter: slow })
  await asking.promise
})

test('an encrypted key without an answer, or with wrong ones, ends with its own code', async () => {
  const file = join(place.directory, 'key')
  sshd.authorize([await generateKey(file, 'ed25519', { passphrase: 'a secret', rounds: 4 })])
  expect((await place.fails({ ...known(), identityFile: file })).error).toMatchObject({
    code: 'ssh.passphrase-needed',
    command: `ssh-add ${file}`,
  })
  const prompter = preparedPrompter({ passphrase: ['one', 'two', 'three', 'a secret'] })
  expect((await place.fails({ ...known(), identityFile: file }, { prompter })).code).toBe(
    'ssh.passphrase-wrong',
  )
  expect(prompter.asked).toHaveLength(3)
})

test('nobody is asked for the passphrase of a key the server would not take', async () => {
  const file = join(place.directory, 'key')
  await generateKey(file, 'ed25519', { passphrase: 'a secret', rounds: 4 })
  const prompter = preparedPrompter({ passphrase: ['a secret'] })
  const failed = await place.fails({ ...known(), identityFile: file }, { prompter })
  expect(failed.code).toBe('ssh.sign-in-failed')
  expect(failed.error.message).toContain('key key')
  expect(prompter.asked).toEqual([])
})

test('names keys that cannot be read or used', async () => {
  expect((await place.fails({ ...known(), identityFile: '/nonexistent/key' })).code).toBe(
    'ssh.key-unreadable',
  )
  expect((await place.fails({ ...known(), identityFile: place.directory })).code).toBe('ssh.key-unreadable')
  const putty = place.file('putty', 'PuTTY-User-Key-File-3: ssh-ed25519\n')
  expect((await place.fails({ ...known(), identityFile: putty })).code).toBe('ssh.key-unsupported')
})

test('uses the agent, and the key files of the configuration with it', async () => {
  agent = await startSshAgent(place.directory)
  const file = join(place.directory, 'key')
  sshd.authorize([await generateKey(file, 'ed25519', { passphrase: 'a secret', rounds: 4 })])
  await agent.add(file, 'a secret')
  const configFile = place.file('config', `IdentityAgent ${agent.socket}\nIdentityFile ${file}\n`)
  const prompter = preparedPrompter()
  await place.open({ ...known(), configFile }, { prompter })
  expect(prompter.asked).toEqual([])
  expect(place.stages.at(-1)).toBe(`ssh: signed in as ${sshd.user}, key key in the agent`)
})

test('an agent with many keys: IdentitiesOnly offers the right one, without it the server has enough', async () => {
  agent = await startSshAgent(place.directory)
  for (let i = 0; i < 8; i++) {
    const other = join(place.directory, `other${i}`)
    await generateKey(other, 'ed25519')
    await agent.add(other)
  }
  const file = join(place.directory, 'key')
  sshd.authorize([await generateKey(file, 'rsa')])
  await agent.add(file)
  const base = `IdentityAgent ${agent.socket}\n`
  const without = await place.fails({ ...known(), configFile: place.file('config1', base) })
  expect(without.code).toBe('ssh.too-many-tries')
  // The public half is enough to choose a key of the agent.
  writeFileSync(`${file}.only.pub`, readFileSync(`${file}.pub`))
  const only = place.file('config2', `${base}IdentitiesOnly yes\nIdentityFile ${file}.only.pub\n`)
  await place.open({ ...known(), configFile: only })
  // A key file that is named goes before the agent's other keys.
  await place.open({ ...known(), configFile: place.file('config3', `${base}IdentityFile ${file}\n`) })
})

test('an agent that is not there, or never answers, is left out', async () => {
  const config = (socket: string): string =>
    place.file('config', `IdentityAgent ${socket}\nIdentityFile ${sshd.privateKeyFile}\n`)
  await place.open({ ...known(), configFile: config('/nonexistent/socket') })
})

test('nothing to offer is said as such', async () => {
  const failed = await place.fails(known())
  expect(failed.error.code).toBe('ssh.sign-in-failed')
  expect(failed.error.message).toContain('there is no key to offer')
  expect(failed.error.detail).toContain('publickey')
})

test('publickey twice: a key of the agent and a second one from a file', async () => {
  const strict = await startSshd({ config: ['AuthenticationMethods publickey,publickey'] })
  try {
    agent = await startSshAgent(place.directory)
    const file = join(place.directory, 'key')
    strict.authorize([await generateKey(file, 'ed25519')])
    await agent.add(file)
    const configFile = place.file(
      'config',
      `IdentityAgent ${agent.socket}\nIdentityFile ${file}\nIdentityFile ${strict.privateKeyFile}\n`,
    )
    await place.open({ target: strict.target, knownHostsFile: strict.knownHostsFile, configFile })
    await place.dispose()
  } finally {
    await strict.dispose()
  }
})
