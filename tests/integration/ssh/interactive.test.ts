import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startDemoSshServer, type DemoSshServer } from '../../../electron/demo/demo-ssh-server.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { preparedPrompter, sshPlayground, until, type SshPlayground } from '../../fixtures/ssh-links.ts'

let place: SshPlayground
let server: DemoSshServer | null = null
beforeEach(() => {
  place = sshPlayground()
})
afterEach(async () => {
  await place.dispose()
  expect(place.timers()).toBe(0)
  await server?.close()
  server = null
})

const start = async (
  options: Omit<Parameters<typeof startDemoSshServer>[0], 'forward'>,
): Promise<{ target: string; knownHostsFile: string }> => {
  server = await startDemoSshServer({ ...options, forward: (stream) => stream.end('hello') })
  return { target: server.target, knownHostsFile: place.file('known', `${server.knownHostsLine}\n`) }
}
const passwordRound = (
  secret: string,
): { prompts: { prompt: string; echo: boolean }[]; answers: string[] } => ({
  prompts: [{ prompt: 'Password: ', echo: false }],
  answers: [secret],
})
const codeRound = { prompts: [{ prompt: 'Verification code: ', echo: false }], answers: ['123456'] }

test('the demo server lets its own key in and forwards', async () => {
  const known = await start({})
  const identityFile = place.file('key', server!.privateKey)
  const link = await place.open({ ...known, identityFile })
  const stream = await link.openChannel('127.0.0.1', 18789, new AbortController().signal)
  stream.end()
  expect(await readAll(stream)).toBe('hello')
  expect(link.serverVersion).toMatch(/^SSH-2\.0-ssh2js/)
})

test('a password is asked for while no connection waits, and again when it is wrong', async () => {
  const known = await start({ password: 'right' })
  const prompter = preparedPrompter({ password: ['wrong', 'right'] })
  const waiting: number[] = []
  const asking = {
    ...prompter,
    async password(question: Parameters<typeof prompter.password>[0], signal: AbortSignal) {
      await until('the connection is gone', () => server!.connections() === 0)
      waiting.push(server!.connections())
      return prompter.password(question, signal)
    },
  }
  await place.open(known, { prompter: asking })
  expect(prompter.asked).toEqual([
    { kind: 'password', question: { user: 'demo', host: '127.0.0.1', again: false } },
    { kind: 'password', question: { user: 'demo', host: '127.0.0.1', again: true } },
  ])
  expect(waiting).toEqual([0, 0])
  expect(server!.attempts()).toEqual(['password', 'password'])
})

test('next time the password is at hand before connecting', async () => {
  const known = await start({ password: 'right' })
  await place.open(known, { prompter: preparedPrompter({ password: ['right'] }) })
  const prompter = preparedPrompter({ password: ['right'] })
  let attemptsWhenAsked = -1
  prompter.onAsk = () => (attemptsWhenAsked = server!.attempts().length)
  await place.open(known, { prompter })
  expect(attemptsWhenAsked).toBe(1)
  expect(server!.attempts()).toEqual(['password', 'password'])
})

test('without an answer the password is missing; the same wrong one is never sent twice', async () => {
  const known = await start({ password: 'right' })
  expect((await place.fails(known)).code).toBe('ssh.password-needed')
  expect(server!.attempts()).toEqual([])
  const prompter = preparedPrompter({ password: ['stored', 'stored', 'stored'] })
  const failed = await place.fails(known, { prompter })
  expect(failed.code).toBe('ssh.sign-in-failed')
  expect(failed.error.message).toContain('tried: password')
  expect(JSON.stringify(failed.error)).not.toContain('stored')
  expect(server!.attempts()).toEqual(['password'])
})

test('keyboard-interactive: a password prompt is a password, a code is asked while the server waits', async () => {
  const known = await start({ interactive: [passwordRound('right'), codeRound] })
  const prompter = preparedPrompter({ password: ['right'], code: [['123456']] })
  const connectionsWhenAsked: string[] = []
  prompter.onAsk = ({ kind }) => connectionsWhenAsked.push(`${kind} ${server!.connections()}`)
  await place.open(known, { prompter })
  expect(connectionsWhenAsked.at(-1)).toBe('code 1')
  expect(prompter.asked.map(({ kind }) => kind)).toEqual(['password', 'code'])
  expect(prompter.asked[1]?.question).toEqual({
    user: 'demo',
    host: '127.0.0.1',
    instruction: '',
    fields: [{ label: 'Verification code:', echo: false }],
  })
})

test('keyboard-interactive: password and code in one round', async () => {
  const round = {
    prompts: [...passwordRound('').prompts, ...codeRound.prompts],
    answers: ['right', '123456'],
  }
  const known = await start({ interactive: [round] })
  const prompter = preparedPrompter({ password: ['right'], code: [['123456']] })
  await place.open(known, { prompter })
})

test('a key first, then a code', async () => {
  const known = await start({ keyFirst: true, interactive: [codeRound] })
  const identityFile = place.file('key', server!.privateKey)
  const prompter = preparedPrompter({ code: [['123456']] })
  await place.open({ ...known, identityFile }, { prompter })
  expect(server!.attempts()).toEqual(['publickey', 'keyboard-interactive'])
})

test('no code is its own failure; a wrong one is a failed sign-in that is not repeated', async () => {
  const known = await start({ interactive: [codeRound] })
  expect((await place.fails(known)).code).toBe('ssh.code-needed')
  const failed = await place.fails(known, { prompter: preparedPrompter({ code: [['000000'], ['123456']] }) })
  expect(failed.code).toBe('ssh.sign-in-failed')
  expect(failed.error.message).toContain('tried: one-time code')
  expect(server!.attempts()).toEqual(['keyboard-interactive', 'keyboard-interactive'])
})

test('a wrong password over keyboard-interactive is asked for again, on another connection', async () => {
  const known = await start({ interactive: [passwordRound('right')] })
  const prompter = preparedPrompter({ password: ['wrong', 'right'] })
  await place.open(known, { prompter })
  expect(prompter.asked.map(({ question }) => (question as { again: boolean }).again)).toEqual([false, true])
})

test('a session that is refused once is not asked for again', async () => {
  const known = await start({ password: 'right', software: 'OpenSSH_9.2p1' })
  for (let i = 0; i < 3; i++) {
    const link = await place.open(
      { ...known, lowLatencyChannel: true },
      { prompter: preparedPrompter({ password: ['right'] }) },
    )
    expect(link.serverVersion).toBe('SSH-2.0-OpenSSH_9.2p1')
    await until('the session was refused', () => server!.sessions() === 1)
    const stream = await link.openChannel('127.0.0.1', 1, new AbortController().signal)
    expect(await readAll(stream)).toBe('hello')
  }
  expect(server!.sessions()).toBe(1)
})

test('a password that is not at hand next time ends it before connecting', async () => {
  const known = await start({ password: 'right' })
  await place.open(known, { prompter: preparedPrompter({ password: ['right'] }) })
  expect((await place.fails(known)).code).toBe('ssh.password-needed')
  expect(server!.attempts()).toEqual(['password'])
})

test('a new host key is written to our own file when a person says yes, to theirs only when told to', async () => {
  await start({ password: 'right' })
  const target = { target: server!.target }
  const first = preparedPrompter({ hostKey: ['yes'], password: ['right'] })
  const askedWith: number[] = []
  first.onAsk = () => askedWith.push(server!.attempts().length)
  await place.open(target, { prompter: first })
  expect(first.asked[0]?.question).toEqual({
    host: '127.0.0.1',
    port: server!.port,
    keyType: 'ED25519',
    fingerprint: server!.hostKeyFingerprint,
    compareCommand: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    userFile: expect.stringContaining('known_hosts') as string,
    line: server!.knownHostsLine,
  })
  expect(readFileSync(place.ownKnownHostsFile, 'utf8')).toBe(`${server!.knownHostsLine}\n`)
  const second = preparedPrompter({ password: ['right'] })
  await place.open(target, { prompter: second })
  expect(second.asked.map(({ kind }) => kind)).toEqual(['password'])
})

test('a code is waited for as long as a server waits, and no longer', async () => {
  const known = await start({ interactive: [codeRound] })
  const clock = new FakeClock()
  let asked = false
  const prompter = {
    ...preparedPrompter(),
    code: () => {
      asked = true
      return new Promise<null>(() => {})
    },
  }
  const failing = place.fails(known, { prompter, clock })
  await until('the code is asked for', () => asked)
  // The limits of the handshake and the sign-in are off while a person reads.
  await clock.advance(109_000)
  expect(server!.connections()).toBe(1)
  await clock.advance(1_000)
  expect((await failing).code).toBe('ssh.code-needed')
  await until('the connection is gone', () => server!.connections() === 0)
  expect(clock.pending).toBe(0)
})

test('a channel that the server never opens is given up', async () => {
  const waiting: (() => void)[] = []
  server = await startDemoSshServer({
    forward: () => {},
    password: 'right',
    holdForward: (go) => waiting.push(go),
  })
  const known = { target: server.target, knownHostsFile: place.file('known', `${server.knownHostsLine}\n`) }
  const clock = new FakeClock()
  const link = await place.open(known, {
    prompter: preparedPrompter({ password: ['right'] }),
    clock,
  })
  const opening = link.openChannel('127.0.0.1', 18789, new AbortController().signal)
  await until('the server is asked', () => waiting.length === 1)
  const failed = expect(opening).rejects.toMatchObject({ code: 'forward.timeout' })
  await clock.advance(10_000)
  await failed
  // One that opens after all is closed again, and the link stays of use.
  waiting[0]?.()
  expect(clock.pending).toBe(0)
})

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}
