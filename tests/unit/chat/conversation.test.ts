import { describe, expect, it } from 'vitest'
import { plainText } from '../../../electron/chat/transcript.ts'
import { appError, failure } from '../../../shared/result.ts'
import { play, readFrames, ScriptedSession, Stage, type Frame } from './replay.ts'

const main = 'agent:main:main'

async function replay(
  name: string,
  options: { readonly sessionKey?: string; readonly protocol?: number; readonly frames?: Frame[] } = {},
): Promise<Stage> {
  const { sessionKey = main, protocol = 4, frames = readFrames(name) } = options
  const stage = new Stage()
  const session = new ScriptedSession({ protocol })
  stage.attach(session)
  await stage.open(sessionKey)
  // A page that opens the conversation at any moment sees what one that followed it sees.
  const eachStep = async (): Promise<void> => {
    const opened = await stage.fresh()
    expect(stage.mirror).toEqual(opened)
  }
  await play(frames, session, stage, { eachStep })
  return stage
}

const texts = (stage: Stage): string[] => stage.mirror?.rows.map((row) => plainText(row.blocks)) ?? []

describe('a conversation replayed from a real gateway', () => {
  it.each([
    ['turn', main, 4],
    ['abort', main, 4],
    ['queued-and-stopped', main, 4],
    ['other-client', main, 4],
    ['errors', 'agent:main:err2', 4],
    ['reconnect', 'agent:main:rc', 4],
    ['old-gateway', main, 3],
    ['old-abort', main, 3],
  ])(
    '%s: the changes lead a page to the same state as opening it anew',
    async (name, sessionKey, protocol) => {
      const stage = await replay(name, { sessionKey, protocol })
      expect(stage.misfits).toBe(0)
      expect(stage.mirror).toEqual(await stage.fresh())
      expect(stage.mirror?.runs).toEqual([])
    },
  )

  it('streams by appending, at most once in 50 ms', async () => {
    const stage = new Stage()
    const session = new ScriptedSession()
    stage.attach(session)
    await stage.open(main)
    const at: number[] = []
    stage.service.onConversation(({ changes }) => {
      if (changes.some(({ op }) => op === 'run-text')) at.push(stage.clock.monotonic())
    })
    let text = ''
    for (let word = 0; word < 100; word += 1) {
      text += `word${word} `
      session.emit('chat', delta('r1', text))
      await stage.clock.advance(7)
    }
    await stage.clock.advance(100)
    expect(stage.mirror?.runs[0]?.text).toBe(text)
    const pauses = at.slice(1).map((each, index) => each - (at[index] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(50)
    expect(stage.changes.filter(({ op }) => op === 'run')).toHaveLength(1)
  })

  it('ends the run when its row stands, and tells why an answer failed, once', async () => {
    const turn = await replay('turn')
    expect(turn.mirror?.lastEnd).toMatchObject({ runId: 'idem-1', state: 'final' })
    const stage = await replay('errors', { sessionKey: 'agent:main:err2' })
    expect(stage.changes.filter(({ op }) => op === 'run-end')).toHaveLength(1)
    expect(stage.mirror?.lastEnd).toMatchObject({ state: 'error', error: { code: 'agent.failed' } })
  })

  it('shows the messages of other clients as they are written', async () => {
    const stage = await replay('other-client')
    expect(texts(stage)).toContain('from A')
    expect(stage.service.activeRuns('g')).toBe(0)
  })

  it('of an old gateway keeps the part of a stopped answer that no row holds', async () => {
    const stage = await replay('old-abort', { protocol: 3 })
    expect(stage.mirror?.rows.find(({ runId }) => runId === 'cb-1')).toMatchObject({ partial: false })
    expect(stage.mirror?.rows.find(({ runId }) => runId === 'cb-2')).toMatchObject({
      partial: true,
      blocks: [{ text: 'word0' }],
    })
  })
})

describe('a conversation', () => {
  it('takes up the run that is going on, and goes on from there', async () => {
    const frames = readFrames('reconnect').slice(0, 2)
    const stage = await replay('reconnect', { sessionKey: 'agent:main:rc', frames })
    expect(stage.mirror?.runs).toMatchObject([{ runId: 'rc-1795220388694' }])
    expect(stage.mirror?.runs[0]?.text).toMatch(/^word0 .* word12$/)
  })

  it('does not mistake a message that waits for a run', async () => {
    const frames = readFrames('queued-and-stopped')
    const stage = new Stage()
    const session = new ScriptedSession()
    const waiting = frames.find((frame) => 'history' in frame)
    session.answers.set('chat.history', () => waiting?.payload)
    stage.attach(session)
    await stage.open(main)
    expect(waiting?.payload).toMatchObject({ inFlightRun: { runId: 'idem-5' } })
    expect(stage.mirror?.runs).toEqual([])
  })

  it('shows of a run that answers twice only what is no row yet', async () => {
    const stage = new Stage()
    const session = new ScriptedSession()
    stage.attach(session)
    await stage.open(main)
    session.emit('chat', delta('r1', 'first answer'))
    session.emit('session.message', message(1, 'assistant', 'first answer', 'r1'))
    session.emit('session.message', message(2, 'user', 'and this?'))
    session.emit('chat', delta('r1', 'first answer\n\nsecond'))
    await stage.clock.advance(100)
    expect(stage.mirror?.runs).toMatchObject([{ text: 'second' }])
    expect(texts(stage)).toEqual(['first answer', 'and this?'])
  })

  it('fetches its rows again after lost events, a reset and a row that is missing', async () => {
    const stage = new Stage()
    const session = new ScriptedSession()
    stage.attach(session)
    await stage.open(main)
    const count = (): number => session.asked('chat.history').length
    session.gap()
    await stage.clock.advance(10)
    expect(count()).toBe(2)
    session.emit('sessions.changed', { sessionKey: main, reason: 'reset' })
    await stage.clock.advance(10)
    expect(count()).toBe(3)
    session.emit('session.message', message(1, 'user', 'one'))
    session.emit('session.message', message(3, 'assistant', 'three', 'r1'))
    await stage.clock.advance(2_000)
    expect(count()).toBe(4)
  })

  it('of an old gateway ends without an answer where the run left none', async () => {
    const stage = new Stage()
    const session = new ScriptedSession({ protocol: 3 })
    session.answers.set('chat.history', () => ({ messages: [{ role: 'user', content: 'hi', timestamp: 1 }] }))
    stage.attach(session)
    await stage.open(main)
    session.emit('agent', { runId: 'r1', sessionKey: main, stream: 'lifecycle', data: { phase: 'start' } })
    session.emit('chat', { runId: 'r1', sessionKey: main, state: 'final' })
    await stage.clock.advance(100)
    expect(stage.mirror?.lastEnd).toMatchObject({ state: 'error', error: { code: 'agent.no-reply' } })
    expect(session.asked('chat.history').length).toBeGreaterThan(1)
  })

  it('keeps what was said by a run that a dead gateway took along', async () => {
    const stage = new Stage()
    const first = new ScriptedSession({ boot: 'one' })
    stage.attach(first)
    await stage.open(main)
    first.emit('chat', delta('r1', 'half an ans'))
    await stage.clock.advance(100)
    first.end({ error: appError('gateway.closed'), own: false })
    await stage.clock.advance(100)
    expect(stage.mirror?.runs).toMatchObject([{ text: 'half an ans' }])
    const second = new ScriptedSession({ boot: 'two' })
    const info = { hasActiveRun: true, activeRunIds: ['recovery'] }
    second.answers.set('chat.history', () => ({ messages: [], sessionInfo: info }))
    stage.attach(second)
    await stage.clock.advance(100)
    expect(stage.mirror?.runs).toEqual([])
    expect(stage.mirror?.rows).toMatchObject([{ partial: true, blocks: [{ text: 'half an ans' }] }])
    expect(stage.mirror?.lastEnd).toMatchObject({ runId: 'r1', state: 'aborted' })
  })

  it('says that its rows could not be had, and tries again', async () => {
    const stage = new Stage()
    const session = new ScriptedSession()
    let fail = true
    session.answers.set('chat.history', () => {
      if (fail) throw failure('rpc.timeout', { method: 'chat.history' })
      return { messages: [] }
    })
    stage.attach(session)
    await stage.open(main)
    expect(stage.mirror).toMatchObject({ error: { code: 'rpc.timeout' }, loading: false, loadedAt: null })
    fail = false
    await stage.clock.advance(1_500)
    expect(stage.mirror).toMatchObject({ error: null, loadedAt: expect.any(Number) as number })
  })

  it('looks back page by page, and never shows a row twice', async () => {
    const stage = new Stage()
    const session = new ScriptedSession()
    const all = Array.from({ length: 250 }, (_, index) => row(index + 1, 'user', `message ${index + 1}`))
    session.answers.set('chat.history', ({ limit, offset }) => {
      const end = all.length - Number(offset ?? 0)
      const start = Math.max(0, end - Number(limit))
      return { messages: all.slice(start, end), hasMore: start > 0, nextOffset: all.length - start }
    })
    stage.attach(session)
    await stage.open(main)
    expect(stage.mirror?.rows).toHaveLength(100)
    for (const length of [200, 250]) {
      all.push(row(all.length + 1, 'user', 'one more meanwhile'))
      session.emit('session.message', message(all.length, 'user', 'one more meanwhile'))
      const older = stage.service.older('g', main)
      await stage.clock.advance(10)
      await older
      expect(new Set(stage.mirror?.rows.map(({ id }) => id)).size).toBe(stage.mirror?.rows.length)
      expect(stage.mirror?.rows.length).toBeGreaterThanOrEqual(length)
    }
    expect(stage.mirror?.hasMore).toBe(false)
    expect(stage.mirror?.rows[0]?.blocks).toEqual([{ kind: 'text', text: 'message 1' }])
    expect(stage.misfits).toBe(0)
  })

  it('asks for the right it lacks before it resets, compacts or deletes', async () => {
    const stage = new Stage()
    stage.attach(new ScriptedSession())
    await stage.clock.advance(10)
    await expect(stage.service.reset('g', main)).rejects.toMatchObject({
      error: { code: 'rpc.missing-scope', message: expect.stringContaining('operator.admin') as string },
    })
    const admin = new ScriptedSession({ scopes: ['operator.read', 'operator.write', 'operator.admin'] })
    stage.attach(admin)
    for (const what of ['reset', 'compact', 'delete'] as const) await stage.service[what]('g', 'main')
    expect(admin.asked('sessions.reset')).toEqual([{ key: main, reason: 'reset' }])
    expect(admin.asked('sessions.delete')).toEqual([{ key: main }])
  })
})

const delta = (runId: string, text: string): object => ({
  runId,
  sessionKey: main,
  state: 'delta',
  message: { role: 'assistant', content: [{ type: 'text', text }] },
})
const row = (seq: number, role: string, text: string, runId?: string): object => ({
  role,
  content: text,
  timestamp: seq,
  __openclaw: { id: `row-${seq}`, seq, ...(runId === undefined ? {} : { runId }) },
})
const message = (seq: number, role: string, text: string, runId?: string): object => ({
  sessionKey: main,
  messageId: `row-${seq}`,
  messageSeq: seq,
  message: row(seq, role, text, runId),
})
