import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayEvent, SessionEnd } from '../../../electron/gateway/session.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { scriptedPair, until, type ScriptedPair } from '../../fixtures/scripted-peer.ts'

let pair: ScriptedPair | null = null
afterEach(async () => {
  await pair?.gateway.close()
  pair = null
})
async function connected(...options: Parameters<typeof scriptedPair>): Promise<ScriptedPair> {
  pair = await scriptedPair(...options)
  return pair
}
function endOf({ session }: ScriptedPair): Promise<SessionEnd> {
  return new Promise((resolve) => {
    session.onClosed(resolve)
  })
}

describe('a session', () => {
  it('streams a reply and finds it in the history', async () => {
    const { session, gateway } = await connected()
    const chat: Array<Record<string, unknown>> = []
    session.onEvent(({ event, payload }) => {
      if (event === 'chat') chat.push(payload as Record<string, unknown>)
    })
    const sessionKey = session.facts.mainSessionKey
    const ack = await session.request('chat.send', { sessionKey, message: 'hello', idempotencyKey: 'k1' })
    expect(ack).toEqual({ runId: 'k1', status: 'started' })
    await until(() => chat.at(-1)?.['state'] === 'final', 'the final')
    expect(chat.map(({ state }) => state)).toContain('delta')
    const history = (await session.request('chat.history', { sessionKey })) as { messages: unknown[] }
    expect(history.messages).toMatchObject([
      { role: 'user', content: 'hello', idempotencyKey: 'k1:user' },
      { role: 'assistant' },
    ])
    expect(gateway.conversations.rows(sessionKey)).toHaveLength(2)
  })

  it('matches answers that come out of order', async () => {
    const clock = new FakeClock()
    const { session, gateway } = await connected({ clock })
    gateway.faults.delayMs = 1000
    const slow = session.request('models.list')
    await until(() => gateway.requests.length === 1, 'the first request')
    gateway.faults.delayMs = undefined
    await expect(session.request('health')).resolves.toMatchObject({ ok: true })
    await clock.advance(1000)
    await expect(slow).resolves.toHaveProperty('models')
  })

  it.each([
    ['chat.history', {}, 'rpc.failed'],
    ['chat.history', { sessionKey: 'main', bogus: 1 }, 'rpc.failed'],
    ['sessions.reset', { key: 'agent:main:main' }, 'rpc.missing-scope'],
    ['nope.method', {}, 'rpc.unsupported'],
  ] as const)('%s %o is refused as %s', async (method, params, code) => {
    const { session } = await connected()
    await expect(session.request(method, params)).rejects.toMatchObject({ code })
  })

  it('names missing methods of an old gateway', async () => {
    const { session } = await connected({ protocol: 3 })
    await expect(session.request('sessions.subscribe', {})).rejects.toMatchObject({ code: 'rpc.unsupported' })
    await expect(session.request('sessions.reset', { key: 'agent:main:main' })).rejects.toMatchObject({
      code: 'rpc.missing-scope',
    })
  })

  it('does not send what the gateway would answer with a silent close', async () => {
    const { session, gateway } = await connected({ maxPayload: 1000 })
    await expect(session.request('chat.send', { message: 'ü'.repeat(600) })).rejects.toMatchObject({
      code: 'rpc.too-large',
    })
    expect(gateway.requests).toHaveLength(0)
    await expect(session.request('health')).resolves.toBeTruthy()
  })

  it('gives up on a request after its time, and on an abort at once', async () => {
    const { session, gateway } = await connected()
    gateway.faults.mute = true
    await expect(session.request('health', {}, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'rpc.timeout',
    })
    const abort = new AbortController()
    const asked = session.request('health', {}, { signal: abort.signal })
    abort.abort()
    await expect(asked).rejects.toMatchObject({ code: 'interrupted' })
    await expect(session.request('health', {}, { signal: abort.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
  })

  it('notices lost events, and only lost ones', async () => {
    const { session, gateway } = await connected()
    let gaps = 0
    const events: GatewayEvent[] = []
    session.onGap(() => (gaps += 1))
    session.onEvent((event) => events.push(event))
    gateway.broadcast('one', {})
    gateway.broadcast('two', {})
    await until(() => events.some(({ event }) => event === 'two'), 'the events')
    expect(gaps).toBe(0)
    gateway.loseEvents(1)
    gateway.broadcast('four', {})
    await until(() => events.some(({ event }) => event === 'four'), 'the event after the gap')
    expect(gaps).toBe(1)
  })

  it('survives a listener that throws, and garbage', async () => {
    const { session, gateway } = await connected()
    const heard: string[] = []
    session.onEvent(() => {
      throw new Error('a bug of a listener')
    })
    session.onEvent(({ event }) => heard.push(event))
    for (const text of ['', '{', 'null', '[]', '{"type":"res"}', '{"type":"event","event":5}', '"x"']) {
      if (text !== '') gateway.sendRaw(text)
    }
    gateway.broadcast('still-here', {})
    await until(() => heard.includes('still-here'), 'the event')
  })

  it('measures the round trip, and a mute peer fails the probe', async () => {
    const { session, gateway } = await connected()
    expect(await session.probe(2000)).toBeGreaterThanOrEqual(0)
    gateway.faults.mute = true
    await expect(session.probe(30)).rejects.toMatchObject({ code: 'gateway.not-responding' })
  })

  it('ends after twice the tick in silence, and not before', async () => {
    const clock = new FakeClock()
    const made = await connected({ tickIntervalMs: 30_000 }, { clock })
    const end = endOf(made)
    await clock.advance(59_999)
    await expect(Promise.race([end, made.session.request('health')])).resolves.toMatchObject({ ok: true })
    made.gateway.faults.mute = true
    await clock.advance(60_000)
    expect(await end).toMatchObject({ own: false, error: { code: 'gateway.not-responding' } })
  })

  it('stays while ticks come', async () => {
    const clock = new FakeClock()
    const { session } = await connected({ tickIntervalMs: 30_000, clock }, { clock })
    let ticks = 0
    let ended = false
    session.onClosed(() => (ended = true))
    session.onEvent(({ event }) => {
      if (event === 'tick') ticks += 1
    })
    for (let count = 1; count <= 6; count += 1) {
      await clock.advance(30_000)
      await until(() => ticks === count, `tick ${count}`)
    }
    expect(ended).toBe(false)
  })

  it('rejects what is pending and everything after, once it is cut', async () => {
    const made = await connected()
    made.gateway.faults.mute = true
    const pending = made.session.request('health')
    const probe = made.session.probe(5000)
    const end = endOf(made)
    made.gateway.dropAll()
    await expect(pending).rejects.toMatchObject({ code: 'gateway.closed' })
    await expect(probe).rejects.toMatchObject({ code: 'gateway.closed' })
    expect((await end).own).toBe(false)
    await expect(made.session.request('health')).rejects.toMatchObject({ code: 'gateway.closed' })
    await expect(made.session.probe(1)).rejects.toMatchObject({ code: 'gateway.closed' })
    expect(await endOf(made)).toMatchObject({ own: false })
  })

  it('tells a restart', async () => {
    const made = await connected()
    const end = endOf(made)
    made.gateway.closeAll(1012, 'service restart')
    expect((await end).error).toMatchObject({ code: 'gateway.restarting', retryAfterMs: 1500 })
  })

  it('closes on request, once, and says that it was us', async () => {
    const made = await connected()
    const end = endOf(made)
    await Promise.all([made.session.close(), made.session.close()])
    expect((await end).own).toBe(true)
    await until(() => made.gateway.clients === 0, 'the gateway to see it')
  })

  it('closes even when the peer does not answer the goodbye', async () => {
    const made = await connected()
    made.gateway.faults.mute = true
    await made.session.close()
    await until(() => made.gateway.clients === 0, 'the gateway to see it')
  })
})
