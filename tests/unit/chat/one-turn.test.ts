import { beforeEach, describe, expect, it } from 'vitest'
import { sendOneTurn, type OneTurnResult, type TurnDelta } from '../../../electron/chat/one-turn.ts'
import { appError, failure } from '../../../shared/result.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { ScriptedSession } from './replay.ts'

const main = 'agent:main:main'
const key = 'turn-key'

class Scene {
  readonly clock = new FakeClock()
  readonly session: ScriptedSession
  readonly deltas: TurnDelta[] = []
  readonly stop = new AbortController()
  history: object = { messages: [] }
  result: Promise<OneTurnResult> = Promise.reject(new Error('not begun'))

  constructor(protocol = 4) {
    this.result.catch(() => undefined)
    this.session = new ScriptedSession({ protocol })
    this.session.answers.set('chat.send', () => ({ runId: key, status: 'started' }))
    this.session.answers.set('chat.history', () => this.history)
  }

  async begin(text = 'hello'): Promise<void> {
    this.result = sendOneTurn(this.session, {
      sessionKey: null,
      text,
      key,
      onDelta: (delta) => void this.deltas.push(delta),
      signal: this.stop.signal,
      clock: this.clock,
    })
    this.result.catch(() => undefined)
    await this.clock.advance(10)
  }

  async chat(state: string, more: object = {}, runId = key, sessionKey = main): Promise<void> {
    this.session.emit('chat', { runId, sessionKey, state, ...more })
    await this.clock.advance(10)
  }
}

const says = (text: string): object => ({ message: { role: 'assistant', content: [{ type: 'text', text }] } })
const row = (seq: number, role: string, text: string, more: object = {}): object => ({
  role,
  content: text,
  timestamp: seq,
  __openclaw: { id: `row-${seq}`, seq, ...more },
})
const mine = (seq: number): object => ({ ...row(seq, 'user', 'hello'), idempotencyKey: `${key}:user` })
const idle = { hasActiveRun: false, activeRunIds: [] }

let scene: Scene
beforeEach(() => {
  scene = new Scene()
})

describe('one turn', () => {
  it('passes on what is added, and replaces what was taken back', async () => {
    await scene.begin()
    await scene.chat('delta', says('one'))
    await scene.chat('delta', says('one two'))
    await scene.chat('delta', says('three'))
    await scene.chat('delta', says('foreign'), 'other-run', 'agent:main:elsewhere')
    await scene.chat('final', says('three four'))
    expect(await scene.result).toEqual({ text: 'three four', runId: key, state: 'final', error: null })
    expect(scene.deltas).toEqual([
      { delta: 'one' },
      { delta: ' two' },
      { replace: 'three' },
      { delta: ' four' },
    ])
    expect(scene.session.asked('chat.send')).toEqual([
      { sessionKey: main, message: 'hello', idempotencyKey: key },
    ])
  })

  it('that joined a run takes the words after its own row, under whatever name they come', async () => {
    await scene.begin()
    await scene.chat('delta', says('for the first'), 'first-run')
    expect(scene.deltas).toEqual([])
    const info = { sessionInfo: { hasActiveRun: true } }
    const rows = [
      row(1, 'user', 'first'),
      row(2, 'assistant', 'for the first', { runId: 'first-run' }),
      mine(3),
    ]
    scene.history = { messages: rows, ...info }
    await scene.chat('final')
    await scene.chat('delta', says('for the first\n\nfor'), 'first-run')
    await scene.chat('delta', says('for the first\n\nfor me'), 'first-run')
    scene.history = {
      messages: [...rows, row(4, 'assistant', 'for me!', { runId: 'first-run' })],
      sessionInfo: idle,
    }
    await scene.chat('final', says('for the first\n\nfor me!'), 'first-run')
    expect(await scene.result).toEqual({ text: 'for me!', runId: 'first-run', state: 'final', error: null })
    expect(scene.deltas).toEqual([{ delta: 'for' }, { delta: ' me' }, { delta: '!' }])
  })

  it('that joined a run still finds its answer when every event after that is lost', async () => {
    await scene.begin()
    await scene.chat('final')
    scene.history = { messages: [mine(1), row(2, 'assistant', 'late')], sessionInfo: idle }
    await scene.clock.advance(5_000)
    expect(await scene.result).toMatchObject({ text: 'late', state: 'final' })
  })

  it('that a stop took out of the queue was aborted', async () => {
    await scene.begin()
    scene.history = { messages: [], pendingInputs: { items: [{ runId: key, state: 'cancelled' }], total: 1 } }
    await scene.chat('final')
    expect(await scene.result).toMatchObject({ state: 'aborted', error: { code: 'agent.aborted' } })
  })

  it.each([
    ['aborted', 'agent.aborted'],
    ['error', 'agent.failed'],
  ])('that ends %s gives back what was said', async (state, code) => {
    await scene.begin()
    await scene.chat('delta', says('half an'))
    await scene.chat(state, { errorMessage: 'no key' })
    expect(await scene.result).toMatchObject({ text: 'half an', state, error: { code } })
  })

  it('of an old gateway is an error where no answer was written', async () => {
    scene = new Scene(3)
    await scene.begin()
    scene.history = { messages: [{ role: 'user', content: 'hello', timestamp: 1 }] }
    await scene.chat('final')
    expect(await scene.result).toMatchObject({ state: 'error', error: { code: 'agent.no-reply' } })
    expect(scene.session.asked('chat.history')[0]).toEqual({ sessionKey: main, limit: 100 })
  })

  it('of an old gateway reads the answer that came without words', async () => {
    scene = new Scene(3)
    await scene.begin()
    scene.history = {
      messages: [
        { role: 'user', content: 'hello', timestamp: 1 },
        { role: 'assistant', content: 'hi', timestamp: 2 },
      ],
    }
    await scene.chat('final')
    expect(await scene.result).toMatchObject({ text: 'hi', state: 'final' })
  })

  it('that is an order to stop is done with the ack', async () => {
    scene.session.answers.set('chat.send', () => ({ ok: true, aborted: false, runIds: [] }))
    await scene.begin('/stop')
    expect(await scene.result).toMatchObject({ text: '', state: 'final' })
  })

  it('is refused with the reason of the gateway, and tried again while it is busy', async () => {
    const answers = [
      failure('rpc.failed', {}, { retryAfterMs: 700 }),
      failure('rpc.failed', { reason: 'no' }),
    ]
    scene.session.answers.set('chat.send', () => {
      throw answers.shift() ?? new Error('asked too often')
    })
    await scene.begin()
    await scene.clock.advance(1_000)
    await expect(scene.result).rejects.toMatchObject({ code: 'rpc.failed' })
    expect(answers).toEqual([])
  })

  it('larger than the gateway takes never leaves', async () => {
    await scene.begin('x'.repeat(100_001))
    await expect(scene.result).rejects.toMatchObject({ code: 'rpc.too-large' })
    expect(scene.session.asked('chat.send')).toEqual([])
  })

  it('says after a broken link whether it had arrived', async () => {
    await scene.begin()
    scene.session.end({ error: appError('gateway.closed'), own: false })
    await expect(scene.result).rejects.toMatchObject({ code: 'outbox.uncertain' })
    scene = new Scene()
    await scene.begin()
    await scene.chat('delta', says('so'))
    scene.session.end({ error: appError('gateway.closed'), own: false })
    await expect(scene.result).rejects.toMatchObject({
      error: { code: 'gateway.closed', detail: expect.stringContaining('had arrived') as string },
    })
  })

  it('is given up with the reason of the signal', async () => {
    await scene.begin()
    scene.stop.abort(failure('interrupted'))
    await expect(scene.result).rejects.toMatchObject({ code: 'interrupted' })
    expect(scene.clock.pending).toBe(0)
  })
})
