import { describe, expect, it } from 'vitest'
import { createBridge } from '../../../renderer/bridge/bridge.ts'
import { createConversationMirror, findConversation } from '../../../renderer/stores/conversation-store.ts'
import type { ChatRun, ConversationChange } from '../../../shared/model/chat.ts'
import { agentRow, conversation, mainKey, userRow } from '../../e2e/pages/samples.ts'
import { ScriptedTransport } from './scripted-transport.ts'

const run: ChatRun = { runId: 'r1', startedAt: 1, activity: '', text: '', messageKey: null }

const make = async () => {
  const transport = new ScriptedTransport()
  const frames: (() => void)[] = []
  const bridge = createBridge(transport, () => {})
  const mirror = createConversationMirror(bridge, (callback) => frames.push(callback))
  let renders = 0
  mirror.store.subscribe((state, before) => {
    if (state.conversations !== before.conversations) renders += 1
  })
  void mirror.open('g1', null)
  await transport.answer('chat.open', conversation({ revision: 3, rows: [userRow('u1', 'hello')] }))
  return {
    transport,
    mirror,
    renders: () => renders,
    frame: () => {
      for (const callback of frames.splice(0)) callback()
    },
    change: (revision: number, changes: readonly ConversationChange[]) =>
      transport.send('conversation.changed', { gatewayId: 'g1', sessionKey: mainKey, revision, changes }),
    now: () => findConversation(mirror.store.getState(), 'g1', null),
  }
}

describe('conversation mirror', () => {
  it('finds the main conversation under its canonical key', async () => {
    const { frame, now } = await make()
    frame()
    expect(now()?.sessionKey).toBe(mainKey)
  })

  it('renders once a frame however many pieces arrive, and loses none', async () => {
    const { change, frame, renders, now } = await make()
    frame()
    const before = renders()
    await change(4, [{ op: 'run', run }])
    let whole = ''
    for (let index = 0; index < 200; index += 1) {
      const piece = `piece ${index} `
      whole += piece
      await change(5 + index, [{ op: 'run-text', runId: 'r1', append: piece }])
    }
    expect(renders()).toBe(before)
    frame()
    expect(renders()).toBe(before + 1)
    expect(now()?.runs[0]?.text).toBe(whole)
  })

  it('fetches again after a gap and applies what came meanwhile on top', async () => {
    const { transport, change, frame, now } = await make()
    await change(5, [{ op: 'rows-upsert', rows: [agentRow('lost', 'never seen')] }])
    expect(transport.calls.map(({ name }) => name)).toEqual(['chat.open'])
    await change(6, [{ op: 'rows-upsert', rows: [agentRow('a6', 'six')] }])
    await transport.answer(
      'chat.open',
      conversation({ revision: 5, rows: [userRow('u1', 'hello'), agentRow('a5', 'five')] }),
    )
    frame()
    expect(now()?.rows.map(({ id }) => id)).toEqual(['u1', 'a5', 'a6'])
    expect(now()?.revision).toBe(6)
  })

  it('fetches again when text arrives for a run it does not know', async () => {
    const { transport, change } = await make()
    await change(4, [{ op: 'run-text', runId: 'stranger', append: 'x' }])
    expect(transport.calls.map(({ name }) => name)).toEqual(['chat.open'])
  })

  it('keeps rows that did not change, replaces known ones and appends new ones', async () => {
    const { change, frame, now } = await make()
    frame()
    const first = now()?.rows[0]
    await change(4, [{ op: 'rows-upsert', rows: [agentRow('a1', 'one')] }])
    await change(5, [{ op: 'rows-upsert', rows: [agentRow('a1', 'one, better'), agentRow('a2', 'two')] }])
    frame()
    expect(now()?.rows.map(({ id }) => id)).toEqual(['u1', 'a1', 'a2'])
    expect(now()?.rows[0]).toBe(first)
    expect(now()?.rows[1]?.blocks).toEqual([{ kind: 'text', text: 'one, better' }])
  })

  it('puts older rows in front without doubling any', async () => {
    const { change, frame, now } = await make()
    await change(4, [
      { op: 'rows-before', rows: [userRow('u0', 'before'), userRow('u1', 'hello')], hasMore: true },
    ])
    frame()
    expect(now()?.rows.map(({ id }) => id)).toEqual(['u0', 'u1'])
    expect(now()?.hasMore).toBe(true)
  })

  it('ends a run and says how', async () => {
    const { change, frame, now } = await make()
    await change(4, [{ op: 'run', run }])
    await change(5, [{ op: 'run-end', end: { runId: 'r1', state: 'aborted', error: null, at: 9 } }])
    frame()
    expect(now()?.runs).toEqual([])
    expect(now()?.lastEnd?.state).toBe('aborted')
  })

  it('ignores conversations nobody opened', async () => {
    const { transport, frame, mirror } = await make()
    await transport.send('conversation.changed', {
      gatewayId: 'g9',
      sessionKey: 'x',
      revision: 1,
      changes: [],
    })
    frame()
    expect(Object.keys(mirror.store.getState().conversations)).toEqual([`g1\n${mainKey}`])
    expect(transport.calls).toEqual([])
  })
})
