import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LocalGatewayView } from '../../../shared/model/local-gateway.ts'
import {
  createLocalGateway,
  type LocalGatewayOptions,
} from '../../../electron/local-gateway/local-gateway-service.ts'
import type { LocalGateway } from '../../../electron/local-gateway/local-gateway.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { createRedactor } from '../../../electron/log/redactor.ts'
import { systemSpawner, type Spawner } from '../../../electron/platform/spawn.ts'
import { hastyClock, installFakeOpenclaw, type FakeOpenclaw } from './fake-openclaw.ts'

const installed: FakeOpenclaw[] = []
const gateways: LocalGateway[] = []

async function install(mode: string, engines?: string): Promise<FakeOpenclaw> {
  const fake = await installFakeOpenclaw(mode, engines)
  installed.push(fake)
  return fake
}

function open(fake: FakeOpenclaw, other: Partial<LocalGatewayOptions> = {}): LocalGateway {
  const redactor = createRedactor()
  redactor.add('tok-fake-1234')
  const gateway = createLocalGateway({
    spawner: systemSpawner,
    clock: hastyClock,
    log: silentLogger,
    preferences: () => ({ openclawPath: null, nodePath: null }),
    env: fake.env,
    home: fake.home,
    dataDir: fake.dataDir,
    redactor,
    platform: 'linux',
    ...other,
  })
  gateways.push(gateway)
  return gateway
}

const starts = async (fake: FakeOpenclaw): Promise<readonly string[]> =>
  (await readFile(path.join(fake.home, 'starts'), 'utf8').catch(() => '')).split('\n').filter(Boolean)
const pidOf = async (fake: FakeOpenclaw): Promise<number> =>
  Number((await starts(fake)).at(-1)?.split(' ')[0])
const until = (gateway: LocalGateway, state: LocalGatewayView['state']): Promise<void> =>
  vi.waitFor(() => expect(gateway.view().state).toBe(state), { timeout: 8000, interval: 20 })

afterEach(async () => {
  vi.unstubAllEnvs()
  for (const gateway of gateways.splice(0)) {
    // The second stop kills.
    await Promise.allSettled([gateway.stop(), gateway.stop()])
    await gateway.close('leave')
  }
  for (const fake of installed.splice(0)) await fake.remove()
})

describe('a gateway Hawser starts', () => {
  it('is found, started, shown on its way, and stopped', async () => {
    const fake = await install('ready')
    const gateway = open(fake)
    expect(gateway.view().state).toBe('unknown')
    await gateway.look()
    expect(gateway.view()).toMatchObject({
      state: 'stopped',
      owner: null,
      version: '2026.1.2',
      port: fake.port,
    })
    const states: string[] = []
    gateway.onChange(() => {
      const { state } = gateway.view()
      if (states.at(-1) !== state) states.push(state)
    })
    await Promise.all([gateway.start(), gateway.start()])
    expect(gateway.view()).toMatchObject({ state: 'running', owner: 'hawser', version: '9.9.9', error: null })
    expect(await starts(fake)).toHaveLength(1)
    await gateway.stop()
    expect(gateway.view()).toMatchObject({ state: 'stopped', owner: null, error: null })
    expect(states).toEqual(['stopped', 'starting', 'running', 'stopping', 'stopped'])
    expect(gateway.view().logTail.at(-1)).toContain('[shutdown] completed')
  })

  it('gets a clean environment, and an output file for this user only', async () => {
    vi.stubEnv('HAWSER_TOKEN', 'tok-of-hawser')
    vi.stubEnv('NODE_OPTIONS', '--no-warnings')
    const fake = await install('ready')
    const gateway = open(fake)
    await gateway.start()
    await vi.waitFor(() =>
      expect(gateway.view().logTail).toContain('starting in mode ready 1 undefined undefined'),
    )
    const log = path.join(fake.dataDir, 'local-gateway', 'gateway.log')
    expect((await stat(log)).mode & 0o777).toBe(0o600)
  })

  it('is started again after kill -9', async () => {
    const fake = await install('ready')
    const gateway = open(fake)
    await gateway.start()
    const first = await pidOf(fake)
    process.kill(first, 'SIGKILL')
    await vi.waitFor(async () => expect(await pidOf(fake)).not.toBe(first), { timeout: 8000, interval: 20 })
    await until(gateway, 'running')
    expect(await starts(fake)).toHaveLength(2)
  })

  it('is not started again when somebody stops it', async () => {
    const fake = await install('ready')
    const gateway = open(fake)
    await gateway.start()
    process.kill(await pidOf(fake), 'SIGTERM')
    await until(gateway, 'stopped')
    expect(await starts(fake)).toHaveLength(1)
  })

  it('stops after three crashes in a minute, and shows its last words without the token', async () => {
    const fake = await install('crash')
    const gateway = open(fake)
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.crash-loop' })
    expect(await starts(fake)).toHaveLength(3)
    expect(gateway.view()).toMatchObject({ state: 'failed', error: { code: 'local.crash-loop' } })
    expect(gateway.view().error?.message).toContain('(exit code 1: boom ***)')
    expect(gateway.view().logTail).toContain('boom ***')
    expect(gateway.view().logTail.join()).not.toContain('tok-fake-1234')
  })

  it('counts crashes after it was ready too', async () => {
    const fake = await install('short')
    const gateway = open(fake)
    await gateway.start()
    await until(gateway, 'failed')
    expect(gateway.view().error?.code).toBe('local.crash-loop')
    expect(await starts(fake)).toHaveLength(3)
  })

  it('is not started again with a configuration it refuses (exit 78), but is once that is healed', async () => {
    const fake = await install('config')
    const gateway = open(fake)
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.config-invalid' })
    expect(gateway.view().error?.message).toContain('Config invalid: gateway.port must be a number')
    expect(await starts(fake)).toHaveLength(1)
    await fake.setMode('ready')
    await gateway.start()
    expect(gateway.view()).toMatchObject({ state: 'running', error: null })
  })

  it('names the port as taken when the gateway says so', async () => {
    const gateway = open(await install('taken'))
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.port-taken' })
  })

  it('shows that it drains, and a second stop kills it', async () => {
    const fake = await install('deaf')
    const gateway = open(fake)
    await gateway.start()
    const pid = await pidOf(fake)
    const first = gateway.stop()
    await vi.waitFor(() => expect(gateway.view().logTail).toContain('draining'), { timeout: 5000 })
    expect(gateway.view().state).toBe('stopping')
    await Promise.all([first, gateway.stop()])
    expect(gateway.view().state).toBe('stopped')
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('can be stopped before it answers', async () => {
    const fake = await install('ready')
    const gateway = open(fake, { probe: () => Promise.resolve({ state: 'nothing' }) })
    const outcome = expect(gateway.start()).rejects.toMatchObject({ code: 'local.not-running' })
    await vi.waitFor(async () => expect(await starts(fake)).toHaveLength(1), { timeout: 5000 })
    await gateway.stop()
    await outcome
    expect(gateway.view()).toMatchObject({ state: 'stopped', error: null })
  })
})

describe('leaving and coming back', () => {
  it('lets it run on, and the next Hawser knows it as its own', async () => {
    const fake = await install('ready')
    const first = open(fake)
    await first.start()
    const pid = await pidOf(fake)
    await first.close('leave')
    const second = open(fake)
    await second.look()
    await until(second, 'running')
    expect(second.view()).toMatchObject({ owner: 'hawser', port: fake.port })
    await second.stop()
    expect(second.view().state).toBe('stopped')
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('ends it at quit where that is wanted', async () => {
    const fake = await install('ready')
    const gateway = open(fake)
    await gateway.start()
    const pid = await pidOf(fake)
    await gateway.close('stop')
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('does not take another process for its own because the number is the same', async () => {
    const fake = await install('ready')
    const gateway = open(fake)
    await gateway.start()
    await gateway.stop()
    const receipt = { version: 1, pid: process.pid, mark: 'of another life', port: fake.port }
    await writeFile(path.join(fake.dataDir, 'local-gateway', 'child.json'), JSON.stringify(receipt))
    const next = open(fake)
    await next.look()
    expect(next.view()).toMatchObject({ state: 'stopped', owner: null })
  })
})

describe('what is not Hawser\u2019s', () => {
  it('attaches to a gateway somebody else runs, and does not stop it', async () => {
    const fake = await install('ready')
    await open(fake).start()
    const guest = open(fake, { dataDir: path.join(fake.home, 'other-data') })
    await guest.start()
    expect(guest.view()).toMatchObject({ state: 'running', owner: 'other', version: '9.9.9' })
    expect(await starts(fake)).toHaveLength(1)
    await expect(guest.stop()).rejects.toMatchObject({ code: 'input.invalid' })
    expect(await guest.endpoint(null)).toEqual({
      port: fake.port,
      token: 'tok-fake-1234',
      password: null,
      tls: null,
    })
  })

  it('names the program that has the port', async () => {
    const fake = await install('ready')
    const stranger = createServer((socket) => socket.resume().end('hello\n')).listen(fake.port, '127.0.0.1')
    await once(stranger, 'listening')
    const gateway = open(fake)
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.port-taken' })
    expect(gateway.view().state).toBe('failed')
    expect(gateway.view().error?.message).toContain(`(pid ${process.pid})`)
    expect(await starts(fake)).toEqual([])
    stranger.close()
    await once(stranger, 'close')
  })

  it('drives an installed service with OpenClaw\u2019s own command and starts nothing beside it', async () => {
    const fake = await install('0')
    const units = path.join(fake.home, '.config', 'systemd', 'user')
    await mkdir(units, { recursive: true })
    await writeFile(path.join(units, 'openclaw-gateway.service'), '')
    let answering = false
    const spawner: Spawner = {
      ...systemSpawner,
      run: async (command, args, options) => {
        if (command === 'systemctl') {
          return { code: 0, signal: null, stdout: 'active\n', stderr: '', timedOut: false, truncated: false }
        }
        const result = await systemSpawner.run(command, args, options)
        if (args.includes('start')) answering = true
        if (args.includes('stop')) answering = false
        return result
      },
    }
    const gateway = open(fake, {
      spawner,
      probe: () => Promise.resolve(answering ? { state: 'ready', version: null } : { state: 'nothing' }),
    })
    await gateway.start()
    expect(gateway.view()).toMatchObject({ state: 'running', owner: 'service', service: 'systemd' })
    await gateway.stop()
    expect(gateway.view()).toMatchObject({ state: 'stopped', service: 'systemd' })
    const commands = (await starts(fake)).map((line) => line.replace(/^\d+ /, ''))
    expect(commands).toEqual(['gateway start --json', 'gateway stop --force --json'])
  })
})

describe('what is missing', () => {
  it('says that OpenClaw is not installed', async () => {
    const fake = await install('ready')
    const gateway = open(fake, {
      preferences: () => ({ openclawPath: path.join(fake.home, 'typo'), nodePath: null }),
    })
    await gateway.look()
    expect(gateway.view().state).toBe('not-installed')
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.not-installed' })
  })

  it('says which Node it needs', async () => {
    const gateway = open(await install('ready', '>=999'))
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.node-missing' })
    expect(gateway.view().error?.message).toContain('it needs Node >=999')
  })
})
