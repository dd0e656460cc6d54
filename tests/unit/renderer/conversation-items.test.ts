import { describe, expect, it } from 'vitest'
import { openItems, rowItems } from '../../../renderer/features/chat/conversation-items.ts'
import type { ChatRun, OutboxEntry } from '../../../shared/model/chat.ts'
import { appError } from '../../../shared/result.ts'
import { agentRow, conversation, mainKey, row, userRow } from '../../e2e/pages/samples.ts'

const none = new Set<string>()
const entry = (key: string, state: OutboxEntry['state'], createdAt = 1_000): OutboxEntry => ({
  key,
  gatewayId: 'g1',
  sessionKey: mainKey,
  text: key,
  createdAt,
  state,
  error: null,
})
const run = (change: Partial<ChatRun> = {}): ChatRun => ({
  runId: 'r1',
  startedAt: 2_000,
  activity: '',
  text: '',
  messageKey: null,
  ...change,
})
const keys = (talk: ReturnType<typeof conversation>): string[] => openItems(talk).map(({ key }) => key)

describe('rows of the transcript', () => {
  it('joins a tool result to its call and marks the day once', () => {
    const items = rowItems(conversation().rows, none)
    expect(items.map(({ kind }) => kind)).toEqual(['day', 'row', 'row', 'row', 'row', 'row'])
    const calls = items[2]
    expect(calls?.kind === 'row' && calls.results.map(({ id }) => id)).toEqual(['t1', 't2'])
  })

  it('shows a result whose call is not there by itself', () => {
    const items = rowItems([row('t', { role: 'tool', toolCallId: 'gone', toolName: 'exec' })], none)
    expect(items.map(({ kind }) => kind)).toEqual(['day', 'row'])
  })

  it('gives the last answer of a run that is over the key of the run', () => {
    const rows = [agentRow('a1', 'first', { runId: 'r1' }), agentRow('a2', 'last', { runId: 'r1' })]
    expect(rowItems(rows, none).map(({ key }) => key)).toEqual(['day:a1', 'a1', 'run:r1'])
    expect(rowItems(rows, new Set(['r1'])).map(({ key }) => key)).toEqual(['day:a1', 'a1', 'a2'])
  })
})

describe('what follows the transcript', () => {
  it('puts a message before the answer it started and the waiting ones after it', () => {
    const outbox = [entry('key-aaaa', 'accepted'), entry('key-bbbb', 'waiting')]
    expect(keys(conversation({ outbox, runs: [run({ messageKey: 'key-aaaa' })] }))).toEqual([
      'outbox:key-aaaa',
      'run:r1',
      'outbox:key-bbbb',
    ])
  })

  it('hides a message that stands in the transcript already', () => {
    const rows = [userRow('u1', 'hi', { messageKey: 'key-aaaa' })]
    expect(keys(conversation({ rows, outbox: [entry('key-aaaa', 'accepted')] }))).toEqual([])
  })

  it('tells an end until something newer happens', () => {
    const lastEnd = { runId: 'r0', state: 'aborted', error: null, at: 1_500 } as const
    expect(keys(conversation({ lastEnd }))).toEqual(['end:r0'])
    expect(keys(conversation({ lastEnd, runs: [run()] }))).toEqual(['run:r1'])
    expect(keys(conversation({ lastEnd, outbox: [entry('key-aaaa', 'sending', 2_000)] }))).toEqual([
      'outbox:key-aaaa',
    ])
  })

  it('does not tell an end that a row tells already, nor a good one', () => {
    const failed = { runId: 'r0', state: 'error', error: appError('agent.failed'), at: 1_500 } as const
    expect(keys(conversation({ lastEnd: failed }))).toEqual(['end:r0'])
    const rows = [agentRow('a1', 'half', { runId: 'r0', partial: true })]
    expect(keys(conversation({ rows, lastEnd: failed }))).toEqual([])
    expect(keys(conversation({ lastEnd: { runId: 'r0', state: 'final', error: null, at: 1 } }))).toEqual([])
  })
})
