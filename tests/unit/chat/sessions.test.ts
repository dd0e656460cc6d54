import { describe, expect, it } from 'vitest'
import { toSummary } from '../../../electron/chat/session-list.ts'
import { ScriptedSession, Stage } from './replay.ts'

const main = 'agent:main:main'

describe('the list of conversations', () => {
  it('takes the name a person gave, then what the gateway made of it, then what was said last', () => {
    const title = (row: object): string | undefined => toSummary({ key: 'agent:a:x', ...row }, main)[0]?.title
    expect(title({ label: 'Mine', derivedTitle: 'Theirs' })).toBe('Mine')
    expect(title({ derivedTitle: 'Theirs', lastMessagePreview: 'said' })).toBe('Theirs')
    expect(title({ lastMessagePreview: 'said' })).toBe('said')
    expect(title({})).toBe('x')
    expect(toSummary({ key: main }, main)[0]).toMatchObject({ title: 'Main conversation', isMain: true })
    expect(toSummary({ label: 'no key' }, main)).toEqual([])
  })

  it('asks an old gateway for nothing it does not know', async () => {
    const [stage, old] = [new Stage(), new ScriptedSession({ protocol: 3 })]
    old.answers.set('sessions.list', () => ({ sessions: [{ key: 'agent:b:x', updatedAt: 5 }] }))
    stage.attach(old)
    expect(await stage.service.sessions('g')).toMatchObject([
      { key: 'agent:b:x', agentId: 'b', updatedAt: 5 },
    ])
    expect(old.asked('sessions.list')).toEqual([{ limit: 200 }])
    await expect(stage.service.sessions('unknown')).rejects.toMatchObject({ code: 'link.down' })
  })

  it('is told to have changed, once for a burst of changes', async () => {
    const [stage, session] = [new Stage(), new ScriptedSession()]
    stage.attach(session)
    await stage.clock.advance(1_000)
    let told = 0
    stage.service.onSessionsChanged(() => (told += 1))
    for (let count = 0; count < 5; count += 1) session.emit('sessions.changed', { reason: 'patch' })
    await stage.clock.advance(1_000)
    expect(told).toBe(1)
    expect(session.asked('sessions.subscribe')).toHaveLength(1)
  })
})

describe('the number of active runs', () => {
  it('counts runs of all conversations, from the first word of the gateway to the last', async () => {
    const [stage, session] = [new Stage(), new ScriptedSession()]
    const counts: number[] = []
    stage.service.onActiveRuns((gatewayId) => counts.push(stage.service.activeRuns(gatewayId)))
    session.answers.set('sessions.list', () => ({
      sessions: [
        { key: 'agent:main:a', hasActiveRun: true, activeRunIds: ['before'] },
        { key: 'agent:main:b', hasActiveRun: false },
      ],
    }))
    stage.attach(session)
    await stage.clock.advance(10)
    const emit = (sessionKey: string, runId: string, state: string): void =>
      session.emit('chat', { sessionKey, runId, state })
    emit('agent:main:c', 'r1', 'status')
    emit('agent:main:c', 'r1', 'delta')
    emit('agent:main:d', 'r2', 'delta')
    emit('agent:main:c', 'r1', 'final')
    session.emit('agent', {
      sessionKey: 'agent:main:c',
      runId: 'r1',
      stream: 'lifecycle',
      data: { phase: 'start' },
    })
    session.emit('sessions.changed', { sessionKey: 'agent:main:a', hasActiveRun: false, activeRunIds: [] })
    session.emit('agent', {
      sessionKey: main,
      runId: 'beat',
      stream: 'lifecycle',
      isHeartbeat: true,
      data: { phase: 'start' },
    })
    stage.service.detach('g')
    expect(counts).toEqual([1, 2, 3, 2, 1, 0])
  })
})
