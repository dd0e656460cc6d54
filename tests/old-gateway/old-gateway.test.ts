import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceIdentity, generateDeviceKey } from '../../electron/gateway/device-identity.ts'
import { directRoute } from '../../electron/gateway/direct-route.ts'
import { openGateway } from '../../electron/gateway/gateway-session.ts'
import type { GatewayOpenOptions, SessionEnd } from '../../electron/gateway/session.ts'
import { startOldGateway, type OldGateway } from '../fixtures/old-gateway.ts'
import { openOptions, until } from '../fixtures/scripted-peer.ts'

type Chat = Readonly<Record<string, unknown>>

/** Clawdbot of January 2026 speaks protocol 3. Its own suite: the install takes minutes and half a gigabyte. */
describe('the old gateway', () => {
  let old: OldGateway
  beforeAll(async () => {
    old = await startOldGateway()
  }, 900_000)
  afterAll(() => old?.stop())

  function optionsFor(over: Partial<GatewayOpenOptions> = {}): ReturnType<typeof openOptions> {
    const route = directRoute({ url: old.url, tlsFingerprint: null, host: 'old' })
    return openOptions(route, {
      credentials: { token: old.token, password: null, deviceToken: null },
      ...over,
    })
  }
  const given = (
    over: Partial<GatewayOpenOptions['credentials']>,
  ): Pick<GatewayOpenOptions, 'credentials'> => ({
    credentials: { token: null, password: null, deviceToken: null, ...over },
  })

  it.each(['linux', 'darwin', 'win32'] as const)('lets %s in by the compat profile', async (platform) => {
    const { options, seen } = optionsFor({ platform })
    const session = await openGateway(options)
    expect(session.facts).toMatchObject({
      protocol: 3,
      mainSessionKey: 'agent:main:main',
      maxPayload: 524_288,
    })
    expect([...session.facts.scopes].sort()).toEqual([...options.scopes].sort())
    expect(session.supports('chat.send')).toBe(true)
    expect(session.supports('sessions.subscribe')).toBe(false)
    expect(seen.stages.map(({ stage }) => stage)).toEqual(['way', 'gateway', 'auth', 'pairing'])
    expect(await session.probe(5000)).toBeGreaterThan(0)
    await session.close()
  })

  it('takes the device token it gave', async () => {
    const { options, seen } = optionsFor({ identity: deviceIdentity(generateDeviceKey()) })
    await (await openGateway(options)).close()
    const deviceToken = seen.deviceTokens[0] ?? null
    expect(deviceToken).toBeTruthy()
    const session = await openGateway({ ...options, ...given({ deviceToken }) })
    await session.close()
    const after = await openGateway({ ...options, ...given({ token: 'wrong', deviceToken }) })
    await after.close()
  })

  it('refuses in words that have a code', async () => {
    await expect(openGateway(optionsFor(given({ token: 'wrong' })).options)).rejects.toMatchObject({
      code: 'auth.token-wrong',
    })
    await expect(openGateway(optionsFor(given({})).options)).rejects.toMatchObject({
      code: 'auth.token-missing',
    })
  })

  it('holds a conversation', async () => {
    const session = await openGateway(optionsFor().options)
    const sessionKey = session.facts.mainSessionKey
    const heard: Chat[] = []
    session.onEvent(({ event, payload }) => {
      if (event === 'chat' && (payload as Chat)['runId'] === 'turn-1') heard.push(payload as Chat)
    })
    const message = 'hello old friend'
    await session.request('chat.send', { sessionKey, message, idempotencyKey: 'turn-1' })
    await until(() => heard.at(-1)?.['state'] === 'final', 'the final', 90_000)
    expect(heard.some(({ state }) => state === 'delta')).toBe(true)
    expect(JSON.stringify(heard.at(-1)?.['message'])).toContain('You said: hello old friend')
    const history = (await session.request('chat.history', { sessionKey })) as { messages: Chat[] }
    expect(history.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    await expect(session.request('chat.history', { sessionKey, bogus: 1 })).rejects.toMatchObject({
      code: 'rpc.failed',
    })
    await expect(session.request('sessions.subscribe', {})).rejects.toMatchObject({ code: 'rpc.unsupported' })
    await session.close()
  })

  it('killed, ends the session as something that may heal', async () => {
    const session = await openGateway(optionsFor().options)
    const ended = Promise.withResolvers<SessionEnd>()
    session.onClosed(ended.resolve)
    await old.stop()
    expect(await ended.promise).toMatchObject({ own: false, error: { code: 'gateway.closed' } })
  })
})
