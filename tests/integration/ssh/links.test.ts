import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SshStageEvent } from '../../../electron/ssh/engine.ts'
import { AppFailure } from '../../../shared/result.ts'
import { freePort } from '../../fixtures/free-port.ts'
import {
  knownTarget,
  openHandles,
  preparedPrompter,
  sshPlayground,
  tcpServer,
  until,
  type SshPlayground,
} from '../../fixtures/ssh-links.ts'
import { startSshd, type Sshd } from '../../fixtures/sshd.ts'

const never = new AbortController().signal
let sshd: Sshd
let place: SshPlayground
let before: readonly string[]
const cleanup: (() => Promise<void>)[] = []

beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(() => sshd.dispose())
beforeEach(() => {
  before = openHandles()
  place = sshPlayground()
})
afterEach(async () => {
  await place.dispose()
  for (const clean of cleanup.splice(0)) await clean()
  await until('no timer is left', () => place.timers() === 0)
  await until('nothing of ours is left', () => openHandles().join() === before.join())
  await until('no session is left', () => sshd.sessions().length === 0)
})

const server = async (
  onConnection: Parameters<typeof tcpServer>[0],
): Promise<Awaited<ReturnType<typeof tcpServer>>> => {
  const started = await tcpServer(onConnection)
  cleanup.push(() => started.close())
  return started
}
const extraSshd = async (config: readonly string[]): Promise<Sshd> => {
  const started = await startSshd({ config })
  cleanup.push(() => started.dispose())
  return started
}

test('a channel carries bytes both ways, and a half-closed one still answers', async () => {
  const echo = await server((socket) => {
    let got = 0
    socket.on('data', (chunk) => (got += chunk.length))
    socket.on('end', () => socket.end(`got ${got}`))
  })
  const link = await place.open(knownTarget(sshd))
  const received = link.bytesReceived()
  const stream = await link.openChannel('127.0.0.1', echo.port, never)
  stream.end(randomBytes(100_001))
  let answer = ''
  for await (const chunk of stream) answer += String(chunk)
  expect(answer).toBe('got 100001')
  expect(link.bytesReceived()).toBeGreaterThan(received)
  await until('the channel is gone', () => echo.sockets.size === 0)
})

test('a reader that pauses holds the sender back', async () => {
  let sent = 0
  const flood = await server((socket) => {
    const push = (): void => {
      while (socket.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024
      socket.once('drain', push)
    }
    push()
  })
  const link = await place.open(knownTarget(sshd))
  const stream = await link.openChannel('127.0.0.1', flood.port, never)
  stream.pause()
  let last = -1
  await until('nothing more is sent', () => {
    const still = sent === last
    last = sent
    return still && sent > 0
  })
  expect(sent).toBeLessThan(40 * 1024 * 1024)
  expect(stream.readableLength).toBeLessThan(4 * 1024 * 1024)
  stream.destroy()
  await once(stream, 'close')
})

test('says what is behind a forward that does not open', async () => {
  const link = await place.open(knownTarget(sshd))
  const closed = await freePort()
  const failing = async (host: string, port: number): Promise<AppFailure> => {
    const error: unknown = await link.openChannel(host, port, never).catch((thrown: unknown) => thrown)
    if (error instanceof AppFailure) return error
    throw new Error('the channel opened')
  }
  expect((await failing('127.0.0.1', closed)).error).toMatchObject({
    code: 'forward.nothing-listening',
    next: expect.stringContaining('Start the gateway') as string,
  })
  expect((await failing('no-such-host.invalid', 1)).code).toBe('forward.unreachable')
  await link.close()
  expect((await failing('127.0.0.1', closed)).code).toBe('ssh.lost')
})

test.for(['AllowTcpForwarding no', 'PermitOpen 127.0.0.1:1', 'DisableForwarding yes'])(
  'a server with "%s" prohibits the forward',
  async (line) => {
    const strict = await extraSshd([line])
    const link = await place.open(knownTarget(strict))
    await expect(link.openChannel('127.0.0.1', 18789, never)).rejects.toMatchObject({
      code: 'forward.prohibited',
    })
    await link.close()
  },
)

test('no server: refused; no name: unknown', async () => {
  expect((await place.fails({ target: `x@127.0.0.1:${await freePort()}` })).code).toBe('network.refused')
  expect((await place.fails({ target: 'x@no-such-host.invalid' })).code).toBe('network.name-unknown')
  expect((await place.fails({ target: 'x@-oProxyCommand=id' })).code).toBe('target.unknown')
})

test('localhost is reached on the family that listens', async () => {
  const target = sshd.target.replace('127.0.0.1', 'localhost')
  const knownHostsFile = place.file('known', `[localhost]:${sshd.port} ${sshd.hostKeys[0]!.publicKey}\n`)
  await place.open({ ...knownTarget(sshd), target, knownHostsFile })
})

test('a server that says nothing is given up after the configured time', async () => {
  const mute = await server((socket) => socket.resume())
  const configFile = place.file('config', 'ConnectTimeout 1\n')
  const failed = await place.fails({ target: `x@127.0.0.1:${mute.port}`, configFile })
  expect(failed.code).toBe('ssh.handshake-timeout')
  expect(failed.transient).toBe(true)
  await until('its socket is gone', () => mute.sockets.size === 0)
})

test('a hang-up before the greeting is to be waited out', async () => {
  const rude = await server((socket) => socket.destroy())
  const reset = await server((socket) => socket.resetAndDestroy())
  const full = await server((socket) => socket.end('Exceeded MaxStartups\r\n'))
  const penalty = await server((socket) => socket.end('Not allowed at this time\r\n'))
  for (const { port } of [rude, reset, full, penalty]) {
    expect((await place.fails({ target: `x@127.0.0.1:${port}` })).error).toMatchObject({
      code: 'ssh.reset-before-banner',
      retryAfterMs: 30_000,
    })
  }
})

test('something else than an SSH server is named', async () => {
  const web = await server((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
  })
  const failed = await place.fails({ target: `x@127.0.0.1:${web.port}` })
  expect(failed.code).toBe('ssh.not-an-ssh-server')
  expect(failed.error.message).toContain('HTTP/1.1 400 Bad Request')
})

test('a server with other algorithms is told apart', async () => {
  const modern = await extraSshd(['KexAlgorithms sntrup761x25519-sha512@openssh.com'])
  expect((await place.fails(knownTarget(modern))).error).toMatchObject({
    code: 'ssh.no-common-algorithm',
    message: expect.stringContaining('key exchange') as string,
  })
})

test('a configuration that needs more than this engine is refused with the keyword', async () => {
  const configFile = place.file('config', 'ProxyCommand nc %h %p\n')
  const failed = await place.fails({ ...knownTarget(sshd), configFile })
  expect(failed.code).toBe('ssh.unsupported-config')
  expect(failed.error.message).toContain('ProxyCommand')
  expect((await place.fails({ ...knownTarget(sshd), engine: 'openssh' })).code).toBe('ssh.unsupported-config')
})

test('a killed session closes the link once, with its streams', async () => {
  const echo = await server((socket) => socket.pipe(socket))
  const link = await place.open(knownTarget(sshd))
  const stream = await link.openChannel('127.0.0.1', echo.port, never)
  const streamError = once(stream, 'error')
  const reasons: string[] = []
  link.onClosed((reason) => reasons.push(reason))
  await sshd.killSessions()
  await until('the link knows', () => reasons.length > 0)
  expect((await streamError)[0]).toMatchObject({ code: 'ssh.lost' })
  expect(stream.destroyed).toBe(true)
  await link.close()
  expect(reasons).toHaveLength(1)
  const late: string[] = []
  link.onClosed((reason) => late.push(reason))
  await until('a late listener is told too', () => late.length === 1)
})

test('a server that stops and starts again: the link ends, a new one comes up on the same port', async () => {
  const own = await extraSshd([])
  const link = await place.open(knownTarget(own))
  const closed = new Promise<string>((resolve) => link.onClosed(resolve))
  await own.stop()
  await closed
  expect((await place.fails(knownTarget(own))).code).toBe('network.refused')
  await own.start()
  await place.open(knownTarget(own))
})

test('closing while the server is frozen does not wait for it', async () => {
  const own = await extraSshd([])
  const link = await place.open(knownTarget(own))
  // The channel's answer means that all processes of the sign-in are through.
  await link.openChannel('127.0.0.1', own.port, never)
  const sessions = own.sessions()
  for (const pid of sessions) process.kill(pid, 'SIGSTOP')
  try {
    await link.close()
  } finally {
    for (const pid of sessions) process.kill(pid, 'SIGCONT')
  }
})

test('an aborted opening leaves nothing behind, in whichever phase', async () => {
  const hold = await server((socket) => socket.resume())
  const aborted = async (
    target: Parameters<SshPlayground['fails']>[0],
    options: Parameters<SshPlayground['fails']>[1],
    abort: AbortController,
    when: () => boolean,
  ): Promise<void> => {
    const failing = place.fails(target, { ...options, signal: abort.signal })
    await until('the phase is reached', when)
    abort.abort()
    expect((await failing).code).toBe('interrupted')
  }
  const early = new AbortController()
  early.abort()
  expect((await place.fails(knownTarget(sshd), { signal: early.signal })).code).toBe('interrupted')
  // Waiting for the greeting.
  await aborted(
    { target: `x@127.0.0.1:${hold.port}` },
    {},
    new AbortController(),
    () => hold.sockets.size > 0,
  )
  await until('its socket is gone', () => hold.sockets.size === 0)
  // While a question is open that nobody answers.
  const prompter = { ...preparedPrompter(), hostKey: () => new Promise<null>(() => {}) }
  let asked = false
  const asking = {
    ...prompter,
    hostKey: () => {
      asked = true
      return prompter.hostKey()
    },
  }
  await aborted({ target: sshd.target }, { prompter: asking }, new AbortController(), () => asked)
  // In the middle of everything: at the moment TCP stands, and at the moment of success.
  for (const stage of ['network', 'ssh'] as const) {
    const abort = new AbortController()
    const onStage = (event: SshStageEvent): void => {
      if (event.stage === stage) abort.abort()
    }
    const failed = await place.fails(knownTarget(sshd), { signal: abort.signal, onStage })
    expect(failed.code).toBe('interrupted')
  }
  // A failure of the caller's own travels with the signal.
  const abort = new AbortController()
  abort.abort(new AppFailure({ code: 'link.down', message: 'm', next: 'n' }))
  expect((await place.fails(knownTarget(sshd), { signal: abort.signal })).code).toBe('link.down')
})

test('an aborted channel is closed, whenever it opens', async () => {
  const hold = await server((socket) => socket.resume())
  const link = await place.open(knownTarget(sshd))
  const early = new AbortController()
  const opening = link.openChannel('127.0.0.1', hold.port, early.signal)
  early.abort()
  await expect(opening).rejects.toMatchObject({ code: 'interrupted' })
  const later = new AbortController()
  const stream = await link.openChannel('127.0.0.1', hold.port, later.signal)
  later.abort()
  await once(stream, 'close')
  await until('the far side is closed too', () => hold.sockets.size === 0)
})

test('many rekeys under load keep every byte', async () => {
  const busy = await extraSshd(['RekeyLimit 1M'])
  const echo = await server((socket) => socket.pipe(socket))
  const link = await place.open(knownTarget(busy))
  const stream = await link.openChannel('127.0.0.1', echo.port, never)
  const sent = createHash('sha256')
  const got = createHash('sha256')
  const size = 12 * 1024 * 1024
  let received = 0
  const done = new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      got.update(chunk)
      received += chunk.length
      if (received >= size) resolve()
    })
  })
  for (let i = 0; i < size; i += 64 * 1024) {
    const chunk = randomBytes(64 * 1024)
    sent.update(chunk)
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
  await done
  expect(received).toBe(size)
  expect(got.digest('hex')).toBe(sent.digest('hex'))
  stream.end()
  await once(stream, 'close')
})

test('one harmless session switches on low latency on servers that need it, and a refusal does not matter', async () => {
  const link = await place.open({ ...knownTarget(sshd), lowLatencyChannel: true })
  await until('the session was opened', () =>
    sshd.log.some((line) => line.includes('Starting session: command')),
  )
  await link.close()
  const strict = await extraSshd(['MaxSessions 0'])
  for (let i = 0; i < 2; i++) await place.open({ ...knownTarget(strict), lowLatencyChannel: true })
})

test('a jump host: two sign-ins, two host keys, one end', async () => {
  const jump = await extraSshd([])
  const configFile = place.file(
    'config',
    [
      `Host inner\nHostName 127.0.0.1\nPort ${sshd.port}\nUser ${sshd.user}\nProxyJump outer`,
      `Host outer\nHostName 127.0.0.1\nPort ${jump.port}\nUser ${jump.user}\nIdentityFile ${jump.privateKeyFile}`,
      '',
    ].join('\n'),
  )
  const knownHostsFile = place.file(
    'known',
    `${sshd.hostKeys[0]!.knownHostsLine}\n${jump.hostKeys[0]!.knownHostsLine}\n`,
  )
  const asked = { target: 'inner', configFile, knownHostsFile, identityFile: sshd.privateKeyFile }
  const link = await place.open(asked)
  expect(place.stages).toEqual([
    `network: 127.0.0.1:${jump.port}`,
    `ssh: signed in as ${sshd.user}, key client_ed25519`,
  ])
  const echo = await server((socket) => socket.pipe(socket))
  const stream = await link.openChannel('127.0.0.1', echo.port, never)
  stream.write('over two hops')
  expect(String((await once(stream, 'data'))[0])).toBe('over two hops')
  const closed = new Promise<string>((resolve) => link.onClosed(resolve))
  await jump.killSessions()
  await closed
  // Its host key counts on its own.
  const half = place.file('half', `${sshd.hostKeys[0]!.knownHostsLine}\n`)
  const failed = await place.fails({ ...asked, knownHostsFile: half })
  expect(failed.error.message).toContain(`port ${jump.port}`)
  await until('the jump host is left', () => jump.sessions().length === 0)
})

test('hundreds of channels one after the other leave nothing', async () => {
  const echo = await server((socket) => socket.pipe(socket))
  const link = await place.open(knownTarget(sshd))
  for (let i = 0; i < 200; i++) {
    const stream = await link.openChannel('127.0.0.1', echo.port, never)
    stream.write('x')
    await once(stream, 'data')
    stream.destroy()
    await once(stream, 'close')
  }
  await until('all are closed', () => echo.sockets.size === 0)
})
