import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { AttemptRooms } from '../../../electron/connection/attempt.ts'
import { createConnection } from '../../../electron/connection/connection.ts'
import type { GatewayOpenOptions, GatewaySession, SessionEnd } from '../../../electron/gateway/session.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { Emitter } from '../../../electron/platform/disposable.ts'
import type { ResolvedSshTarget, SshLink, SshOpenOptions } from '../../../electron/ssh/engine.ts'
import type { SshGatewayPlace } from '../../../shared/model/gateway.ts'
import { failure, type AppFailure } from '../../../shared/result.ts'
import { FakeClock, settled } from '../../fixtures/fake-clock.ts'

const ignore = (): void => {}
const place: SshGatewayPlace = {
  kind: 'ssh',
  target: 'ada@server',
  remotePort: 18789,
  localPort: { mode: 'off' },
  engine: 'auto',
  identityFile: null,
}
const resolved: ResolvedSshTarget = {
  target: 'ada@server',
  host: 'server',
  port: 22,
  user: 'ada',
  identityFiles: [],
  identitiesOnly: false,
  agent: null,
  hostKeyAlias: null,
  userKnownHostsFiles: [],
  globalKnownHostsFiles: [],
  jumps: [],
  connectTimeoutSeconds: null,
  needsOpenSsh: [],
  source: 'own reader',
}

/** A world in which links and sessions are made of plain objects that tests can break. */
function world() {
  const clock = new FakeClock()
  const counts = { sshOpened: 0, sshOpen: 0, sessionsOpened: 0, sessionsOpen: 0, asked: 0 }
  const script = {
    ssh: (_options: SshOpenOptions): Promise<void> => Promise.resolve(),
    gateway: (_options: GatewayOpenOptions): Promise<void> => Promise.resolve(),
    answers: true,
    secretAnswer: false,
  }
  let bytes = 0
  let killSsh: (reason: string) => void = ignore
  let endSession: (error: AppFailure) => void = ignore

  const openSsh = async (_target: unknown, options: SshOpenOptions): Promise<SshLink> => {
    await script.ssh(options)
    counts.sshOpened += 1
    counts.sshOpen += 1
    const closed = new Emitter<string>(ignore)
    let open = true
    const end = (reason: string): void => {
      if (!open) return
      open = false
      counts.sshOpen -= 1
      closed.emit(reason)
    }
    killSsh = end
    options.onStage({ stage: 'network', message: 'server:22' })
    options.onStage({ stage: 'ssh', message: 'signed in' })
    return {
      engine: 'builtin',
      engineReason: 'the default',
      resolved,
      serverVersion: '',
      openChannel: () => Promise.resolve(new Duplex({ read: ignore })),
      bytesReceived: () => bytes,
      onClosed: (listener) => closed.on(listener),
      close: () => {
        end('closed')
        return Promise.resolve()
      },
    }
  }

  const openGateway = async (options: GatewayOpenOptions): Promise<GatewaySession> => {
    await options.route.stream(options.signal)
    options.onStage({ stage: 'way', message: '' })
    await script.gateway(options)
    options.onStage({ stage: 'gateway', message: '' })
    options.onStage({ stage: 'auth', message: '' })
    options.onStage({ stage: 'pairing', message: '' })
    counts.sessionsOpened += 1
    counts.sessionsOpen += 1
    const closed = new Emitter<SessionEnd>(ignore)
    let open = true
    const end = (error: AppFailure, own: boolean): void => {
      if (!open) return
      open = false
      counts.sessionsOpen -= 1
      closed.emit({ error: error.error, own })
    }
    endSession = (error) => end(error, false)
    return {
      facts: {
        host: 'server',
        version: '1',
        protocol: 4,
        scopes: [],
        mainSessionKey: 'agent:main:main',
        authMethod: null,
        methods: [],
        maxPayload: 1,
      },
      deviceId: 'd',
      hello: {},
      request: () => Promise.resolve({}),
      supports: () => true,
      onEvent: () => ({ dispose: ignore }),
      onGap: () => ({ dispose: ignore }),
      onClosed: (listener) => closed.on(listener),
      probe: (timeoutMs) =>
        script.answers
          ? Promise.resolve(5)
          : new Promise((_resolve, reject) => {
              clock.after(timeoutMs, () => reject(failure('gateway.not-responding')))
            }),
      close: () => {
        end(failure('interrupted'), true)
        return Promise.resolve()
      },
    }
  }

  const no = () => Promise.resolve(null)
  const prompter = { hostKey: no, passphrase: no, password: no, code: no }
  const rooms: AttemptRooms = {
    openSsh,
    openGateway,
    directRoute: () => {
      throw new Error('not a direct gateway')
    },
    localEndpoint: () => Promise.reject(new Error('not local')),
    identity: () => Promise.resolve({ id: 'd', publicKey: 'p', sign: () => '' }),
    credentials: () => Promise.resolve({ token: 't', password: null, deviceToken: null }),
    onDeviceToken: ignore,
    prompter,
    ownKnownHostsFile: '/dev/null',
    clientVersion: '1',
    instanceId: 'i',
    platform: 'linux',
    clock,
    log: silentLogger,
  }
  const connection = createConnection({
    gatewayId: 'g',
    place,
    target: () => ({
      place,
      name: 'server',
      scopes: [],
      ssh: {
        target: place.target,
        identityFile: null,
        configFile: null,
        knownHostsFile: null,
        acceptHostKey: null,
        engine: 'auto',
        lowLatencyChannel: false,
      },
    }),
    rooms,
    asker: {
      ssh: prompter,
      gatewaySecret: () => {
        counts.asked += 1
        return Promise.resolve(script.secretAnswer)
      },
      pairing: () => Promise.resolve(false),
    },
    openPort: null,
    random: () => 0.999,
  })
  return {
    clock,
    counts,
    script,
    connection,
    setBytes: (value: number) => {
      bytes = value
    },
    killSsh: (reason: string) => killSsh(reason),
    endSession: (error: AppFailure) => endSession(error),
  }
}

describe('the supervisor of a link', () => {
  it('goes the whole way and shows it', async () => {
    const { connection, clock, counts } = world()
    connection.connect()
    await clock.advance(0)
    const view = connection.view()
    expect(view.phase).toBe('ready')
    expect(view.stages.map(({ state }) => state)).toEqual(Array.from({ length: 7 }, () => 'ok'))
    expect(view.latency?.ms).toBe(5)
    expect(connection.session()).not.toBeNull()
    await connection.close()
    expect(counts).toMatchObject({ sshOpen: 0, sessionsOpen: 0 })
    expect(clock.pending).toBe(0)
  })

  it('a disconnect in the middle of an attempt leaves nothing behind', async () => {
    const { connection, clock, counts, script } = world()
    let release: () => void = ignore
    script.gateway = () => new Promise((resolve) => (release = resolve))
    connection.connect()
    await clock.advance(0)
    const closing = connection.disconnect()
    release()
    await closing
    await settled()
    expect(connection.view().phase).toBe('idle')
    expect(counts).toMatchObject({ sshOpen: 0, sessionsOpen: 0 })
    expect(clock.pending).toBe(0)
  })

  it('a sign-in that finishes after the disconnect is closed at once', async () => {
    const { connection, clock, counts, script } = world()
    let release: () => void = ignore
    script.ssh = () => new Promise((resolve) => (release = resolve))
    connection.connect()
    await clock.advance(0)
    const closing = connection.disconnect()
    release()
    await closing
    expect(counts).toMatchObject({ sshOpened: 1, sshOpen: 0, sessionsOpened: 0 })
  })

  it('keeps the sign-in while only the gateway is down, and reconnects by itself', async () => {
    const { connection, clock, counts, script, endSession } = world()
    connection.connect()
    await clock.advance(0)
    script.gateway = () => Promise.reject(failure('forward.nothing-listening'))
    endSession(failure('gateway.closed'))
    await clock.advance(0)
    expect(connection.view()).toMatchObject({ phase: 'waiting', error: { code: 'gateway.closed' } })
    await clock.advance(2_000)
    expect(connection.view().error?.code).toBe('forward.nothing-listening')
    script.gateway = () => Promise.resolve()
    await clock.advance(10_000)
    expect(connection.view().phase).toBe('ready')
    expect(counts.sshOpened).toBe(1)
    await connection.close()
  })

  it('names SSH as the cause when SSH dies, though the channel dies with it', async () => {
    const { connection, clock, counts, killSsh, endSession } = world()
    connection.connect()
    await clock.advance(0)
    endSession(failure('gateway.closed'))
    killSsh('reset by peer')
    await settled()
    expect(connection.view().error?.code).toBe('ssh.lost')
    await clock.advance(1_000)
    expect(connection.view().phase).toBe('ready')
    expect(counts).toMatchObject({ sshOpened: 2, sshOpen: 1, sessionsOpen: 1 })
    await connection.close()
  })

  it('a dead peer is noticed within 8 s while watched, and the dead sign-in is given up', async () => {
    const { connection, clock, counts, script } = world()
    connection.setWatched(true)
    connection.connect()
    await clock.advance(0)
    script.answers = false
    await clock.advance(9_000)
    expect(counts.sshOpened).toBe(2)
    script.answers = true
    await connection.close()
    expect(counts).toMatchObject({ sshOpen: 0, sessionsOpen: 0 })
  })

  it('a wrong token stops and asks; the right one goes on without another sign-in', async () => {
    const { connection, clock, counts, script } = world()
    script.gateway = () => {
      if (counts.asked > 0) return Promise.resolve()
      return Promise.reject(failure('auth.token-wrong', { name: 'server' }))
    }
    script.secretAnswer = true
    connection.connect()
    await clock.advance(0)
    expect(counts).toMatchObject({ asked: 1, sshOpened: 1, sessionsOpened: 1 })
    expect(connection.view().phase).toBe('ready')
    await connection.close()
  })

  it('"not now" leaves it stopped, and no timer tries again', async () => {
    const { connection, clock, counts, script } = world()
    script.gateway = () => Promise.reject(failure('auth.token-wrong'))
    connection.connect()
    await clock.advance(3_600_000)
    expect(connection.view().phase).toBe('blocked')
    expect(counts.asked).toBe(1)
    await connection.close()
  })

  it('a wake-up while waiting tries at once', async () => {
    const { connection, clock, script, counts } = world()
    script.ssh = () => Promise.reject(failure('network.unreachable', { host: 'server' }))
    connection.connect()
    await clock.advance(60_000)
    expect(connection.view().phase).toBe('waiting')
    script.ssh = () => Promise.resolve()
    connection.nudge()
    await clock.advance(0)
    expect(connection.view().phase).toBe('ready')
    expect(counts.sshOpened).toBe(1)
    await connection.close()
  })
})
