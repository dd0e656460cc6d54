import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { demoAgent } from '../../../electron/demo/scripted-gateway-agent.ts'
import { createScriptedGateway } from '../../../electron/demo/scripted-gateway.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import { openOptions, scriptedPair, until, type ScriptedPair } from '../../fixtures/scripted-peer.ts'

type Json = Readonly<Record<string, unknown>>

let pair: ScriptedPair | null = null
afterEach(async () => {
  await pair?.gateway.close()
  pair = null
})

const sessionKey = 'agent:main:main'

interface Told {
  readonly session: ScriptedPair['session']
  readonly gateway: ScriptedPair['gateway']
  readonly heard: Array<Json & { readonly event: string }>
  readonly send: (message: string, idempotencyKey: string) => Promise<unknown>
  readonly final: (runId: string) => Promise<void>
}

async function told(...options: Parameters<typeof scriptedPair>): Promise<Told> {
  pair = await scriptedPair(...options)
  const { session, gateway } = pair
  const heard: Told['heard'] = []
  session.onEvent(({ event, payload }) => heard.push({ ...(payload as Json), event }))
  return {
    session,
    gateway,
    heard,
    send: (message, idempotencyKey) => session.request('chat.send', { sessionKey, message, idempotencyKey }),
    final: (runId) =>
      until(
        () =>
          heard.some((each) => each.event === 'chat' && each['runId'] === runId && each['state'] === 'final'),
        `the end of ${runId}`,
      ),
  }
}

describe('the scripted gateway', () => {
  it('answers what was sent during a run afterwards, under another run, as the real one does', async () => {
    const { send, session, heard, gateway, final } = await told({
      agent: (text) => (text === 'first' ? { text: 'one two', hang: true } : { text: 'the second answer' }),
    })
    await send('first', 'k1')
    await send('second', 'k2')
    const during = (await session.request('chat.history', { sessionKey })) as Json
    expect(during['pendingInputs']).toMatchObject({ total: 1, items: [{ runId: 'k2', state: 'queued' }] })
    await until(() => heard.some((each) => each['state'] === 'delta'), 'the first words')
    await session.request('chat.abort', { sessionKey, runId: 'k1' })
    await final('k2')
    const empty = heard.find((each) => each['runId'] === 'k2' && each['state'] === 'final')
    expect(empty).not.toHaveProperty('message')
    await until(() => gateway.conversations.rows(sessionKey).length === 4, 'the second answer')
    expect(gateway.conversations.rows(sessionKey)).toMatchObject([
      { role: 'user', content: 'first' },
      { role: 'assistant', content: [{ text: 'one two' }], openclawAbort: { aborted: true, runId: 'k1' } },
      { role: 'user', content: 'second', idempotencyKey: 'k2:user' },
      { role: 'assistant', content: [{ text: 'the second answer' }] },
    ])
  })

  it('starts a run once for a key, however often it is sent', async () => {
    const { send, gateway, final } = await told()
    await send('hello', 'k1')
    await send('hello', 'k1')
    await final('k1')
    expect(await send('hello', 'k1')).toEqual({ runId: 'k1', status: 'ok' })
    await expect(send('other words', 'k1')).rejects.toMatchObject({ code: 'rpc.failed' })
    expect(gateway.conversations.rows(sessionKey).filter(({ role }) => role === 'user')).toHaveLength(1)
  })

  it('shows tools, errors, and commands that start with a slash', async () => {
    const { send, heard, final } = await told()
    await send('list files', 'k1')
    await final('k1')
    const tools = heard.filter((each) => each.event === 'agent' && each['stream'] === 'tool')
    expect(tools).toHaveLength(2)
    await send('please fail', 'k2')
    await until(() => heard.some((each) => each['state'] === 'error'), 'the error')
    expect(heard.find((each) => each['state'] === 'error')).toMatchObject({
      runId: 'k2',
      errorMessage: /asked to fail/,
    })
    await send('/status', 'k3')
    await final('k3')
    expect(heard.some((each) => each['runId'] === 'k3' && each['state'] === 'delta')).toBe(false)
    expect(await send('/stop', 'k4')).toEqual({ ok: true, aborted: false, runIds: [] })
  })

  it('tells only those who asked about conversations and rows', async () => {
    const { session, heard, send, final } = await told()
    await send('hello', 'k1')
    await final('k1')
    expect(heard.filter(({ event }) => event === 'sessions.changed' || event === 'session.message')).toEqual(
      [],
    )
    await session.request('sessions.subscribe', {})
    await session.request('sessions.messages.subscribe', { key: 'main' })
    await send('hello', 'k2')
    await final('k2')
    expect(heard.filter(({ event }) => event === 'session.message')).toHaveLength(2)
    expect(heard.some(({ event }) => event === 'sessions.changed')).toBe(true)
  })

  it('pages through a long conversation, newest first', async () => {
    const { session, gateway } = await told()
    gateway.conversations.seed(
      sessionKey,
      Array.from({ length: 25 }, (_, index) => ({ role: 'user' as const, text: `row ${index}` })),
    )
    const first = (await session.request('chat.history', { sessionKey, limit: 10 })) as Json & {
      messages: Json[]
    }
    expect(first).toMatchObject({ hasMore: true, nextOffset: 10, totalMessages: 25 })
    expect(first.messages.at(-1)).toMatchObject({ content: 'row 24' })
    const last = (await session.request('chat.history', { sessionKey, limit: 10, offset: 20 })) as Json & {
      messages: Json[]
    }
    expect(last.messages.map(({ content }) => content)).toEqual(['row 0', 'row 1', 'row 2', 'row 3', 'row 4'])
    expect(last['hasMore']).toBe(false)
  })

  it('streams the way protocol 3 does when it plays the old gateway', async () => {
    const { session, heard, send, final } = await told({ protocol: 3 })
    await send('hello', 'k1')
    await final('k1')
    const delta = heard.find((each) => each['state'] === 'delta')
    expect(delta).not.toHaveProperty('deltaText')
    const history = (await session.request('chat.history', { sessionKey })) as Json & { messages: Json[] }
    expect(history.messages[0]).toMatchObject({ role: 'user', content: [{ type: 'text', text: 'hello' }] })
    expect(history.messages[0]).not.toHaveProperty('idempotencyKey')
    await send('fail', 'k2')
    await final('k2')
    expect(heard.find((each) => each['runId'] === 'k2' && each['state'] === 'final')).not.toHaveProperty(
      'message',
    )
  })

  it('listens on loopback too, and closes all it has opened', async () => {
    const gateway = createScriptedGateway({ token: 'right' })
    const port = await gateway.listen()
    const stream = connect(port, '127.0.0.1')
    const route = {
      url: `ws://127.0.0.1:${port}/`,
      host: 'demo',
      port,
      trusted: true,
      stream: () => Promise.resolve(stream),
    }
    const session = await openGateway(openOptions(route).options)
    expect(gateway.clients).toBe(1)
    await gateway.close()
    await until(() => stream.destroyed, 'the socket to end')
    await expect(session.request('health')).rejects.toMatchObject({ code: 'gateway.closed' })
    const refused = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve))
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.each([
    'hello',
    'what can you do?',
    'show me a table',
    'tell me a story',
    'thanks',
    'is it raining?',
    'xyz',
  ])('has an answer to "%s"', (text) => {
    expect(demoAgent(text, 1).text.length).toBeGreaterThan(10)
  })
})
