import { describe, expect, it } from 'vitest'
import { readPage } from '../../../electron/chat/history.ts'
import { readRow, readRows } from '../../../electron/chat/transcript.ts'
import type { ChatRow } from '../../../shared/model/chat.ts'
import { readFrames } from './replay.ts'

const rowsOf = (name: string, number: number): readonly ChatRow[] => {
  const pages = readFrames(name).filter((frame) => 'history' in frame)
  return readPage(pages[number]?.payload).rows.map(({ row }) => row)
}
const summary = (rows: readonly ChatRow[]): unknown[] =>
  rows.map(({ role, blocks }) => [role, ...blocks.map(({ kind }) => kind)])

describe('rows of a real gateway', () => {
  it('reads messages with their keys, runs and order', () => {
    const [user, assistant] = rowsOf('turn', 1)
    expect(user).toMatchObject({
      role: 'user',
      messageKey: 'idem-1',
      blocks: [{ kind: 'text', text: 'hello there' }],
      at: 1795218779447,
    })
    expect(assistant).toMatchObject({ role: 'assistant', runId: 'idem-1', model: 'fake-1', messageKey: null })
  })

  it('marks an answer that was stopped as partial, without the name of a model it never had', () => {
    expect(rowsOf('abort', 1).at(-1)).toMatchObject({
      partial: true,
      model: null,
      runId: 'idem-3',
      error: null,
    })
  })

  it('reads tool calls and their results', () => {
    const rows = rowsOf('reconnect', 1)
    expect(summary(rows)).toEqual([
      ['user', 'text'],
      ['assistant', 'tool-call'],
      ['tool', 'text'],
      ['assistant', 'text'],
    ])
    expect(rows[1]?.blocks[0]).toMatchObject({
      name: 'exec',
      arguments: '{"command":"echo via-approval-resolve"}',
    })
    expect(rows[2]).toMatchObject({ toolName: 'exec' })
  })

  it('shows what was attached to a message', () => {
    expect(summary(rowsOf('media', 0)).slice(0, 2)).toEqual([
      ['user', 'text', 'media'],
      ['assistant', 'text'],
    ])
    expect(rowsOf('media', 0)[4]?.blocks[1]).toEqual({
      kind: 'media',
      mediaType: 'text/plain',
      name: 'notes.txt',
    })
  })

  it('gives rows of an old gateway ids that stay when the window slides', () => {
    const rows = rowsOf('old-gateway', 2)
    expect(summary(rows)).toEqual([
      ['user', 'text'],
      ['assistant', 'text'],
    ])
    const page = readFrames('old-gateway').findLast((frame) => 'history' in frame)?.payload as {
      messages: unknown[]
    }
    const later = readRows([...page.messages.slice(1), { role: 'user', content: 'next', timestamp: 1 }])
    expect(later[0]?.row.id).toBe(rows[1]?.id)
  })
})

describe('a row', () => {
  const read = (message: object): ChatRow | undefined => readRow(message)?.row

  it('of the person loses the line an old gateway adds for the model, and tells the key it names', () => {
    expect(
      read({ role: 'user', content: [{ type: 'text', text: 'hi\n[message_id: key-1]' }] }),
    ).toMatchObject({
      blocks: [{ text: 'hi' }],
      messageKey: 'key-1',
    })
    expect(read({ role: 'assistant', content: 'see [message_id: key-1]' })).toMatchObject({
      blocks: [{ text: 'see [message_id: key-1]' }],
      messageKey: null,
    })
  })

  it('in which the agent chose silence is not shown', () => {
    expect(readRow({ role: 'assistant', content: [{ type: 'text', text: ' NO_REPLY\n' }] })).toBeNull()
    expect(read({ role: 'assistant', content: 'NO_REPLY is a word' })).toBeDefined()
    expect(read({ role: 'user', content: 'NO_REPLY' })).toBeDefined()
  })

  it('that the gateway wrote in the place of the person is a note of the gateway', () => {
    const provenance = { kind: 'internal_system', sourceTool: 'main_session_restart_recovery' }
    expect(read({ role: 'user', content: '[System] …', provenance })).toMatchObject({ role: 'system' })
  })

  it('of a failed answer carries the reason', () => {
    const failed = { role: 'assistant', content: [{ type: 'text', text: 'no key' }], stopReason: 'error' }
    expect(read({ ...failed, idempotencyKey: 'k1:terminal-error' })).toMatchObject({
      error: 'no key',
      runId: 'k1',
    })
  })

  it('keeps what it does not understand as unknown', () => {
    expect(read({ role: 'assistant', content: [{ type: 'hologram' }, 7] })?.blocks).toEqual([
      { kind: 'unknown', type: 'hologram' },
      { kind: 'unknown', type: 'nothing' },
    ])
  })

  it('sent twice stands once, but pieces that share an id are all kept', () => {
    const extra = { id: 'a', seq: 1 }
    const one = { role: 'assistant', content: 'one', __openclaw: extra }
    const two = { role: 'assistant', content: 'two', __openclaw: { id: 'a', seq: 2 } }
    expect(readRows([one, one, two]).map(({ row }) => row.id)).toEqual(['a', 'a~1'])
  })
})
