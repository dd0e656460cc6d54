import { connect as connectTcp, createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createScriptedGateway, type ScriptedGateway } from '../../../electron/demo/scripted-gateway.ts'
import type { ScriptedGatewayOptions } from '../../../electron/demo/scripted-gateway-client.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import type { GatewayOpenOptions, GatewayRoute } from '../../../electron/gateway/session.ts'
import { deviceIdentity, generateDeviceKey } from '../../../electron/gateway/device-identity.ts'
import { AppFailure } from '../../../shared/result.ts'
import { memoryRoute, openOptions, until, type Seen } from '../../fixtures/scripted-peer.ts'

let gateway: ScriptedGateway | null = null
afterEach(async () => {
  await gateway?.close()
  gateway = null
})

interface Refused {
  readonly error: AppFailure
  readonly seen: Seen
  readonly route: ReturnType<typeof memoryRoute>
}

function prepared(
  gatewayOptions: ScriptedGatewayOptions,
  over: Partial<GatewayOpenOptions> = {},
  routeOver: Partial<GatewayRoute> = {},
): {
  readonly options: GatewayOpenOptions
  readonly seen: Seen
  readonly route: ReturnType<typeof memoryRoute>
} {
  const made = createScriptedGateway({ token: 'right', wordMs: 0, ...gatewayOptions })
  gateway = made
  const route = memoryRoute((stream) => made.accept(stream), routeOver)
  return { ...openOptions(route, over), route }
}

async function refused(
  gatewayOptions: ScriptedGatewayOptions,
  over: Partial<GatewayOpenOptions> = {},
  routeOver: Partial<GatewayRoute> = {},
): Promise<Refused> {
  const { options, seen, route } = prepared(gatewayOptions, over, routeOver)
  const error = await openGateway(options).then(
    () => new Error('it connected'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppFailure)) throw error
  return { error, seen, route }
}

const credentials = (
  over: Partial<GatewayOpenOptions['credentials']>,
): Pick<GatewayOpenOptions, 'credentials'> => ({
  credentials: { token: null, password: null, deviceToken: null, ...over },
})

describe('the handshake', () => {
  it('tells each stage once and hands over the facts and the device token', async () => {
    const { options, seen } = prepared({})
    const session = await openGateway(options)
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway', 'auth', 'pairing'])
    expect(session.facts).toMatchObject({
      host: 'harbour',
      protocol: 4,
      version: '2026.9.6',
      authMethod: 'token',
    })
    expect(session.facts.scopes).toEqual(options.scopes)
    expect(seen.deviceTokens).toEqual([expect.any(String)])
    expect(session.supports('chat.history')).toBe(true)
    expect(session.supports('chat.sing')).toBe(false)
    expect(session.hello['type']).toBe('hello-ok')
    await session.close()
  })

  it.each(['darwin', 'win32', 'linux'] as const)('signs in from %s', async (platform) => {
    const { options } = prepared({}, { platform })
    const session = await openGateway(options)
    expect(session.facts.protocol).toBe(4)
    await session.close()
  })

  it('falls back to the compat profile for an old gateway and never sends what that rejects', async () => {
    const { options, seen, route } = prepared({ protocol: 3 })
    const session = await openGateway(options)
    expect(session.facts.protocol).toBe(3)
    expect(session.facts.maxPayload).toBe(524_288)
    expect(session.supports('sessions.subscribe')).toBe(false)
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway', 'auth', 'pairing'])
    expect(route.streams).toHaveLength(2)
    expect(route.streams[0]?.destroyed).toBe(true)
    await session.close()
  })

  it('presents a device token to an old gateway in the field it knows', async () => {
    const identity = deviceIdentity(generateDeviceKey())
    const first = prepared({ protocol: 3 }, { identity })
    await (await openGateway(first.options)).close()
    const deviceToken = first.seen.deviceTokens[0] ?? ''
    const session = await openGateway({ ...first.options, ...credentials({ deviceToken }) })
    expect(session.facts.protocol).toBe(3)
    await session.close()
  })

  it('refuses a placeholder before it connects', async () => {
    const { error, route } = await refused({}, credentials({ token: '__OPENCLAW_REDACTED__' }))
    expect(error.code).toBe('auth.redacted-token')
    expect(route.streams).toHaveLength(0)
  })

  it.each([
    ['wrong token', { token: 'wrong' }, 'auth.token-wrong'],
    ['no token', {}, 'auth.token-missing'],
  ] as const)('%s', async (_name, given, code) => {
    const { error, seen, route } = await refused({}, credentials(given))
    expect(error.code).toBe(code)
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway'])
    expect(route.streams.every((stream) => stream.destroyed)).toBe(true)
    expect(JSON.stringify(error.error)).not.toContain('"wrong"')
  })

  it.each([
    ['wrong password', { password: 'wrong' }, 'auth.password-wrong'],
    ['no password', {}, 'auth.password-missing'],
  ] as const)('%s', async (_name, given, code) => {
    const { error } = await refused({ token: null, password: 'right' }, credentials(given))
    expect(error.code).toBe(code)
  })

  it('signs in where nothing is asked for', async () => {
    const { options } = prepared({ token: null }, credentials({}))
    const session = await openGateway(options)
    expect(session.facts.authMethod).toBe('none')
    await session.close()
  })

  it('tells that the secret was right when only the pairing is missing', async () => {
    const { error, seen } = await refused({ paired: new Set<string>() })
    expect(error.code).toBe('pairing.required')
    expect(error.error.command).toMatch(/^openclaw devices approve pair-/)
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway', 'auth'])
  })

  describe('with a device token', () => {
    async function withDeviceToken(
      trusted: boolean,
    ): Promise<ReturnType<typeof prepared> & { deviceToken: string }> {
      const first = prepared({}, {}, { trusted })
      await (await openGateway(first.options)).close()
      const [deviceToken] = first.seen.deviceTokens
      if (typeof deviceToken !== 'string') throw new Error('no device token came')
      first.seen.deviceTokens.length = 0
      return { ...first, deviceToken }
    }

    it('tries it once after a wrong token, where the other end is known', async () => {
      const { options, deviceToken } = await withDeviceToken(true)
      const session = await openGateway({ ...options, ...credentials({ token: 'wrong', deviceToken }) })
      expect(session.facts.authMethod).toBe('device-token')
      await session.close()
    })

    it('keeps it to itself elsewhere', async () => {
      const { options, deviceToken } = await withDeviceToken(false)
      const opened = openGateway({ ...options, ...credentials({ token: 'wrong', deviceToken }) })
      await expect(opened).rejects.toMatchObject({ code: 'auth.token-wrong' })
    })

    it('is deleted when stale, and the wanted secret is named', async () => {
      const { options, seen } = await withDeviceToken(true)
      const opened = openGateway({ ...options, ...credentials({ deviceToken: 'stale' }) })
      await expect(opened).rejects.toMatchObject({ code: 'auth.token-missing' })
      expect(seen.deviceTokens).toEqual([null])
    })

    it('calls the token wrong when the device token is stale too', async () => {
      const { options, seen, route } = await withDeviceToken(true)
      const before = route.streams.length
      const opened = openGateway({ ...options, ...credentials({ token: 'wrong', deviceToken: 'stale' }) })
      await expect(opened).rejects.toMatchObject({ code: 'auth.token-wrong' })
      expect(seen.deviceTokens).toEqual([null])
      expect(route.streams.length - before).toBe(2)
    })

    it('prefers the shared secret, and takes over the token that comes back', async () => {
      const { options, seen, deviceToken } = await withDeviceToken(true)
      const session = await openGateway({
        ...options,
        ...credentials({ token: 'right', deviceToken: 'stale' }),
      })
      expect(seen.deviceTokens).toEqual([deviceToken])
      await session.close()
    })
  })

  it('names what the gateway is doing when it lets nobody in', async () => {
    const starting = {
      error: {
        code: 'UNAVAILABLE',
        message: 'gateway starting; retry shortly',
        retryable: true,
        retryAfterMs: 500,
      },
      closeCode: 1013,
    }
    const { error } = await refused({ faults: { refuseConnect: starting } })
    expect(error.error).toMatchObject({ code: 'gateway.starting', retryAfterMs: 500 })
  })

  it.each([
    [503, 'gateway.draining'],
    [502, 'gateway.closed'],
    [404, 'gateway.not-a-gateway'],
    [403, 'auth.refused'],
    [302, 'gateway.not-a-gateway'],
  ] as const)('HTTP %i instead of a WebSocket is %s', async (upgradeStatus, code) => {
    const { error, route } = await refused({ faults: { upgradeStatus } })
    expect(error.code).toBe(code)
    expect(route.streams.every((stream) => stream.destroyed)).toBe(true)
  })

  it.each(['Request served by somebody', '{"type":"hello"}', '[1,2'])(
    'a greeting of %s is not a gateway',
    async (greeting) => {
      expect((await refused({ faults: { greeting } })).error.code).toBe('gateway.not-a-gateway')
    },
  )

  it.each([
    ['the upgrade', () => memoryRoute(() => undefined)],
    ['the challenge', () => memoryRoute((stream) => silent({ greeting: '' }).accept(stream))],
    ['the answer', () => memoryRoute((stream) => silent({ muteConnect: true }).accept(stream))],
  ] as const)('gives up waiting for %s, and abort ends it sooner', async (_name, makeRoute) => {
    const route = makeRoute()
    const abort = new AbortController()
    const alarms: Array<() => void> = []
    const { options } = openOptions(route, {
      signal: abort.signal,
      clock: {
        now: () => 0,
        monotonic: () => 0,
        after(_ms, callback) {
          alarms.push(callback)
          return { dispose: () => alarms.splice(alarms.indexOf(callback), 1) }
        },
      },
    })
    const opened = openGateway(options)
    await until(() => alarms.length === 1 && route.streams.length === 1, 'the timer')
    abort.abort()
    await expect(opened).rejects.toMatchObject({ code: 'interrupted' })
    expect(alarms).toEqual([])
    expect(route.streams[0]?.destroyed).toBe(true)

    const again = openGateway({ ...options, signal: new AbortController().signal })
    await until(() => alarms.length === 1, 'the timer')
    alarms[0]?.()
    await expect(again).rejects.toMatchObject({ code: 'gateway.timeout' })
    expect(route.streams[1]?.destroyed).toBe(true)
  })

  it('closes a stream that opens after the abort', async () => {
    const abort = new AbortController()
    const inner = memoryRoute(() => undefined)
    const late = Promise.withResolvers<void>()
    const { options } = openOptions(
      { ...inner, stream: (signal) => late.promise.then(() => inner.stream(signal)) },
      { signal: abort.signal },
    )
    const opened = openGateway(options)
    abort.abort()
    late.resolve()
    await expect(opened).rejects.toMatchObject({ code: 'interrupted' })
    expect(inner.streams[0]?.destroyed).toBe(true)
  })

  it.each([
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', 'gateway.not-a-gateway'],
    ['a TLS server', '\u0015\u0003\u0001\u0000\u0002\u0002\u0016', 'gateway.not-a-gateway'],
    ['a server that hangs up', '', 'gateway.closed'],
  ] as const)('meets %s', async (_name, answer, code) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(answer, 'latin1'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { options } = openOptions({
      url: `ws://127.0.0.1:${port}/`,
      host: 'harbour',
      port,
      trusted: true,
      stream: () => Promise.resolve(connectTcp(port, '127.0.0.1')),
    })
    await expect(openGateway(options)).rejects.toMatchObject({ code })
    await new Promise((resolve) => server.close(resolve))
  })

  it('sends no Origin and asks for no compression', async () => {
    let head = ''
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (data) => {
        head = data.toString()
        socket.destroy()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { options } = openOptions({
      url: `ws://127.0.0.1:${port}/`,
      host: 'harbour',
      port,
      trusted: true,
      stream: () => Promise.resolve(connectTcp(port, '127.0.0.1')),
    })
    await expect(openGateway(options)).rejects.toBeInstanceOf(AppFailure)
    expect(head).toMatch(/^GET \/ HTTP\/1\.1\r\n/)
    expect(head).toContain(`Host: 127.0.0.1:${port}`)
    expect(head).not.toMatch(/^(origin|sec-websocket-extensions):/im)
    await new Promise((resolve) => server.close(resolve))
  })
})

function silent(faults: ScriptedGatewayOptions['faults'] & object): ScriptedGateway {
  gateway ??= createScriptedGateway({ token: 'right', faults })
  return gateway
}
