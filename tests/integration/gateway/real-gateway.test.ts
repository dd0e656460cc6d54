import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceIdentity, generateDeviceKey } from '../../../electron/gateway/device-identity.ts'
import { directRoute } from '../../../electron/gateway/direct-route.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import { shakeHands } from '../../../electron/gateway/handshake.ts'
import { LiveSession } from '../../../electron/gateway/live-session.ts'
import { compatProfile } from '../../../electron/gateway/profiles.ts'
import type { GatewayOpenOptions, GatewaySession, SessionEnd } from '../../../electron/gateway/session.ts'
import { toAppError, type AppError } from '../../../shared/result.ts'
import { startGatewayPeer, type GatewayPeer } from '../../fixtures/gateway-peer.ts'
import { openOptions, scriptedPair, until } from '../../fixtures/scripted-peer.ts'
import { fakeModelAgent, tellStory } from '../../fixtures/scripted-story.ts'

type Chat = Readonly<Record<string, unknown>>

function optionsFor(
  peer: GatewayPeer,
  over: Partial<GatewayOpenOptions> = {},
): ReturnType<typeof openOptions> {
  const route = directRoute({ url: peer.url, tlsFingerprint: null, host: 'peer' })
  return openOptions(route, {
    credentials: { token: peer.token, password: null, deviceToken: null },
    ...over,
  })
}

const given = (
  over: Partial<GatewayOpenOptions['credentials']>,
): Pick<GatewayOpenOptions, 'credentials'> => ({
  credentials: { token: null, password: null, deviceToken: null, ...over },
})

async function refusal(options: GatewayOpenOptions): Promise<AppError> {
  return openGateway(options).then(
    () => {
      throw new Error('it connected')
    },
    (thrown: unknown) => toAppError(thrown),
  )
}

function chatEvents(session: GatewaySession, runId: string): Chat[] {
  const heard: Chat[] = []
  session.onEvent(({ event, payload }) => {
    const chat = payload as Chat
    if (event === 'chat' && chat['runId'] === runId) heard.push(chat)
  })
  return heard
}

describe('the real gateway', () => {
  let peer: GatewayPeer
  /** What connecting said while the gateway started, in order, without repeats. */
  const whileStarting: string[] = []

  beforeAll(async () => {
    peer = await startGatewayPeer({ waitUntilReady: false })
    for (;;) {
      const { options } = optionsFor(peer)
      const code = await openGateway(options).then(
        (session) => session.close().then(() => 'ready'),
        (thrown: unknown) => toAppError(thrown).code,
      )
      if (whileStarting.at(-1) !== code) whileStarting.push(code)
      if (code === 'ready') break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await peer.ready()
  })
  afterAll(() => peer?.stop())

  it('says that it is starting while it starts', () => {
    expect(whileStarting).toContain('gateway.starting')
    expect(whileStarting.at(-1)).toBe('ready')
    for (const code of whileStarting) {
      expect(['network.refused', 'network.reset', 'gateway.starting', 'gateway.closed', 'ready']).toContain(
        code,
      )
    }
  })

  it.each(['linux', 'darwin', 'win32'] as const)(
    'lets a new device of %s in, twice with the same token',
    async (platform) => {
      const { options, seen } = optionsFor(peer, { platform })
      for (let time = 0; time < 2; time += 1) {
        const session = await openGateway(options)
        expect(session.facts).toMatchObject({
          host: 'peer',
          protocol: 4,
          authMethod: 'token',
          mainSessionKey: 'agent:main:main',
          scopes: options.scopes,
        })
        expect(session.supports('chat.send')).toBe(true)
        await session.close()
      }
      expect(seen.stages.map(({ stage }) => stage).slice(0, 4)).toEqual(['way', 'gateway', 'auth', 'pairing'])
      expect(seen.deviceTokens).toHaveLength(2)
      expect(seen.deviceTokens[0]).toBe(seen.deviceTokens[1])
    },
  )

  it('understands the compat profile as well', async () => {
    const { options } = optionsFor(peer)
    const presented = { token: peer.token, password: null, deviceToken: null }
    const session = await shakeHands(
      options,
      compatProfile,
      presented,
      () => undefined,
      (greeted) => new LiveSession(options, greeted),
    )
    expect(session.facts).toMatchObject({ protocol: 4, scopes: options.scopes })
    await session.close()
  })

  it('refuses a wrong token and a missing one', async () => {
    expect((await refusal(optionsFor(peer, given({ token: 'wrong' })).options)).code).toBe('auth.token-wrong')
    const { options, seen } = optionsFor(peer, given({}))
    expect((await refusal(options)).code).toBe('auth.token-missing')
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway'])
  })

  it('takes the device token alone, after a wrong token, and not a stale one', async () => {
    const { options, seen } = optionsFor(peer)
    await (await openGateway(options)).close()
    const deviceToken = seen.deviceTokens[0] ?? null
    const alone = await openGateway({ ...options, ...given({ deviceToken }) })
    expect(alone.facts.authMethod).toBe('device-token')
    await alone.close()
    const after = await openGateway({ ...options, ...given({ token: 'wrong', deviceToken }) })
    expect(after.facts.authMethod).toBe('device-token')
    await after.close()
    expect((await refusal({ ...options, ...given({ deviceToken: 'stale' }) })).code).toBe(
      'auth.token-missing',
    )
    expect(seen.deviceTokens.at(-1)).toBeNull()
  })

  it('answers requests, refuses bad ones in our codes, and proves itself alive', async () => {
    const session = await openGateway(optionsFor(peer).options)
    await expect(session.request('health', {})).resolves.toMatchObject({ ok: true })
    await expect(session.request('no.such.method', {})).rejects.toMatchObject({ code: 'rpc.unsupported' })
    await expect(session.request('sessions.reset', { key: 'agent:main:main' })).rejects.toMatchObject({
      code: 'rpc.missing-scope',
    })
    await expect(
      session.request('chat.history', { sessionKey: 'agent:main:main', bogus: 1 }),
    ).rejects.toMatchObject({
      code: 'rpc.failed',
    })
    expect(await session.probe(5000)).toBeGreaterThan(0)
    await session.close()
  })

  it('streams a reply whose rows stand in its own store', async () => {
    const session = await openGateway(optionsFor(peer).options)
    const sessionKey = 'agent:main:streams'
    const chat = chatEvents(session, 'turn-1')
    await session.request('chat.send', { sessionKey, message: 'hello there', idempotencyKey: 'turn-1' })
    await until(() => chat.at(-1)?.['state'] === 'final', 'the final', 60_000)
    expect(chat.some(({ state }) => state === 'delta')).toBe(true)
    const history = (await session.request('chat.history', { sessionKey })) as { messages: Chat[] }
    expect(history.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(peer.transcript(sessionKey)).toMatchObject([
      { role: 'user', text: 'hello there', messageKey: 'turn-1' },
      { role: 'assistant', text: 'You said: hello there', runId: 'turn-1' },
    ])
    expect(peer.model.timesAsked('hello there')).toBe(1)
    await session.close()
  })

  it('tells the story that the scripted gateway tells', async () => {
    const sessionKey = 'agent:main:story'
    const session = await openGateway(optionsFor(peer).options)
    const real = await tellStory(session, sessionKey)
    await session.close()
    const scripted = await scriptedPair({ agent: fakeModelAgent, wordMs: 5 })
    const played = await tellStory(scripted.session, sessionKey)
    await scripted.gateway.close()
    expect(played).toEqual(real)
  })

  it('killed in the middle of a reply, ends the session as something that may heal', async () => {
    const session = await openGateway(optionsFor(peer).options)
    const chat = chatEvents(session, 'turn-2')
    const ended = Promise.withResolvers<SessionEnd>()
    session.onClosed(ended.resolve)
    await session.request('chat.send', {
      sessionKey: 'agent:main:killed',
      message: 'SLOW',
      idempotencyKey: 'turn-2',
    })
    await until(() => chat.some(({ state }) => state === 'delta'), 'the first words', 60_000)
    await peer.kill9()
    expect(await ended.promise).toMatchObject({ own: false, error: { code: 'gateway.closed' } })
    await expect(session.request('health', {})).rejects.toMatchObject({ code: 'gateway.closed' })
    expect(peer.transcript('agent:main:killed')).toMatchObject([
      { role: 'user', text: 'SLOW', messageKey: 'turn-2' },
    ])
    expect((await refusal(optionsFor(peer).options)).code).toBe('network.refused')
  })
})

describe('a gateway that wants every device approved', () => {
  let peer: GatewayPeer
  beforeAll(async () => {
    peer = await startGatewayPeer({
      config: { gateway: { nodes: { pairing: { autoApproveLocal: false } } } },
    })
  })
  afterAll(() => peer?.stop())

  it('asks for pairing, and lets the device in once it is approved', async () => {
    const identity = deviceIdentity(generateDeviceKey())
    const { options, seen } = optionsFor(peer, { identity })
    const error = await refusal(options)
    expect(error.code).toBe('pairing.required')
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway', 'auth'])
    const requestId = /^openclaw devices approve (\S+)$/.exec(error.command ?? '')?.[1]
    expect(requestId).toBeTruthy()
    expect((await refusal(options)).command).toBe(error.command)

    const approved = await peer.cli(['devices', 'approve', requestId ?? '', '--json'])
    expect(approved, approved.stderr).toMatchObject({ code: 0 })
    const session = await openGateway(options)
    expect(session.facts.scopes).toEqual(options.scopes)
    await session.close()

    const more = await refusal({ ...options, scopes: [...options.scopes, 'operator.admin'] })
    expect(more.code).toBe('pairing.scope-upgrade')
  })

  it('stopped politely, says goodbye', async () => {
    const { options } = optionsFor(peer, { identity: deviceIdentity(generateDeviceKey()) })
    const { command } = await refusal(options)
    await peer.cli(['devices', 'approve', command?.split(' ').at(-1) ?? '', '--json'])
    const session = await openGateway(options)
    const ended = Promise.withResolvers<SessionEnd>()
    session.onClosed(ended.resolve)
    await peer.shutDown()
    const { own, error } = await ended.promise
    expect(own).toBe(false)
    expect(error).toMatchObject({ code: 'gateway.closed', detail: expect.stringContaining('1012') as string })
    expect(error.message).toContain('it was stopped')
  })
})
