import { describe, expect, it } from 'vitest'
import { connectFailure } from '../../../electron/gateway/connect-errors.ts'
import { parseFrame } from '../../../electron/gateway/frames.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import { rpcFailure } from '../../../electron/gateway/rpc-errors.ts'
import type { GatewayEvent, SessionEnd } from '../../../electron/gateway/session.ts'
import { AppFailure } from '../../../shared/result.ts'
import {
  mutate,
  rawServer,
  recordings,
  replayServer,
  seeded,
  type RecordedFrame,
} from '../../fixtures/scripted-frames.ts'
import { memoryRoute, openOptions, scriptedPair, until } from '../../fixtures/scripted-peer.ts'

const all = recordings()
const conversations = [...all].filter(([name]) => name !== 'refusals')
const isAnswer = ({ frame }: RecordedFrame): boolean => frame['type'] === 'res'
const isEvent = ({ frame }: RecordedFrame): boolean => frame['type'] === 'event'

describe('what a real gateway sent', () => {
  it.each(conversations)('%s is understood to the last frame', async (_name, recording) => {
    const [hello, ...answers] = recording.filter(isAnswer)
    const afterHello = recording.slice(recording.indexOf(hello as RecordedFrame) + 1)
    const expected = afterHello.filter(isEvent)

    const { options } = openOptions(memoryRoute(replayServer(recording)))
    const events: GatewayEvent[] = []
    let gaps = 0
    let end: SessionEnd | null = null
    const session = await openGateway(options)
    session.onEvent((event) => events.push(event))
    session.onGap(() => (gaps += 1))
    session.onClosed((ended) => (end = ended))
    expect(session.hello).toEqual(hello?.frame['payload'])

    for (const { frame } of answers) {
      const outcome = await session.request('anything').catch((thrown: unknown) => thrown)
      if (frame['ok'] === true) expect(outcome).toEqual(frame['payload'])
      else expect(outcome).toBeInstanceOf(AppFailure)
    }
    await until(() => events.length === expected.length, 'all events')
    expect(events.map(({ event }) => event)).toEqual(expected.map(({ frame }) => frame['event']))
    expect(events.map(({ payload }) => payload)).toEqual(
      expected.map(({ frame }) => frame['payload'] ?? null),
    )
    expect(gaps).toBe(0)
    const closed = recording.find(({ dir }) => dir === 'close')
    if (closed) {
      await until(() => end !== null, 'the close')
      expect(end).toMatchObject({ own: false })
    }
    await session.close()
  })

  it('refused, it said so in a way that has a code', () => {
    const refusals = all.get('refusals') ?? []
    expect(refusals.length).toBeGreaterThan(50)
    for (const { frame, method } of refusals) {
      const parsed = parseFrame(JSON.stringify(frame))
      if (parsed?.type !== 'res' || parsed.ok)
        throw new Error(`not read as a refusal: ${JSON.stringify(frame)}`)
      const failure =
        method === 'connect'
          ? connectFailure(parsed.error, { host: 'harbour', port: 1 })
          : rpcFailure(method ?? '', parsed.error, true)
      expect(failure.error.message, JSON.stringify(frame)).not.toBe('')
      expect(failure.code).not.toBe('internal')
    }
  })
})

describe('10,000 broken frames', () => {
  const frames = [...all.values()]
    .flat()
    .filter(({ dir }) => dir === 'in')
    .map(({ frame }) => frame)

  it('neither break nor stall a session', async () => {
    const { session, gateway } = await scriptedPair()
    const random = seeded(20_261_121)
    const heard: string[] = []
    session.onEvent(({ event }) => heard.push(event))
    for (let count = 0; count < 10_000; count += 1) {
      gateway.sendRaw(mutate(frames[Math.floor(random() * frames.length)], random))
      // A recorded answer may carry the id of such a request; that it is settled is all that can be said.
      if (count % 500 === 0) await Promise.allSettled([session.request('health')])
    }
    gateway.broadcast('all-sent', {})
    await until(() => heard.includes('all-sent'), 'the last frame')
    await expect(session.request('health')).resolves.toMatchObject({ ok: true })
    expect(heard.length).toBeGreaterThan(1000)
    await gateway.close()
  }, 60_000)

  it('in a handshake end it with a session or a code', async () => {
    const random = seeded(4)
    const challenge = {
      type: 'event',
      event: 'connect.challenge',
      payload: { nonce: 'n', ts: 1_770_000_000_000 },
    }
    const welcomes = frames.filter(isWelcome)
    const refusals = (all.get('refusals') ?? []).map(({ frame }) => frame)
    const outcomes = new Map<string, number>()
    for (let count = 0; count < 600; count += 1) {
      const breakGreeting = count % 3 === 0
      const answers = count % 2 === 0 ? welcomes : refusals
      const answer = { ...answers[Math.floor(random() * answers.length)], id: 'connect' }
      const serve = rawServer((socket) => {
        socket.send(breakGreeting ? mutate(challenge, random) : JSON.stringify(challenge))
        socket.on('message', () => {
          socket.send(mutate(answer, random))
          socket.close(1008, 'that was all')
        })
        if (breakGreeting) socket.close(1000, '')
      })
      const route = memoryRoute(serve)
      const { options } = openOptions(route)
      const outcome = await openGateway(options).then(
        async (session) => {
          await session.close()
          return 'session'
        },
        (thrown: unknown) => {
          if (!(thrown instanceof AppFailure)) throw thrown
          return thrown.code
        },
      )
      expect(outcome).not.toBe('internal')
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      await until(() => route.streams.every((stream) => stream.destroyed), 'the streams to close')
    }
    expect(outcomes.get('session')).toBeGreaterThan(5)
    expect(outcomes.size).toBeGreaterThan(5)
  }, 60_000)
})

const isWelcome = (frame: Readonly<Record<string, unknown>>): boolean =>
  frame['type'] === 'res' && JSON.stringify(frame['payload'] ?? null).startsWith('{"type":"hello-ok"')
