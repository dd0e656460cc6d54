import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sendOneTurn, type OneTurnResult, type TurnDelta } from '../../../electron/chat/one-turn.ts'
import { plainText } from '../../../electron/chat/transcript.ts'
import type { GatewaySession } from '../../../electron/gateway/session.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import { projectNode, startGatewayPeer, type GatewayPeer } from '../../fixtures/gateway-peer.ts'
import type { ChatProcessOrder } from './chat-process.ts'
import { copies, gatewayId, keysIn, LinkedChat, openSession, textCopies, until } from './linked-chat.ts'

let peer: GatewayPeer
const chats: LinkedChat[] = []

beforeAll(async () => {
  peer = await startGatewayPeer()
})
afterAll(async () => {
  await peer.stop()
})
afterEach(async () => {
  for (const chat of chats.splice(0)) await chat.stop()
})

async function begin(options: Parameters<typeof LinkedChat.start>[1] = {}): Promise<LinkedChat> {
  const chat = await LinkedChat.start(peer, options)
  chats.push(chat)
  return chat
}
/** Runs a chat service of its own process, and kills it with SIGKILL as soon as it says `word`. */
async function killedChat(order: ChatProcessOrder, word: string): Promise<void> {
  const script = fileURLToPath(new URL('chat-process.ts', import.meta.url))
  const child = spawn(projectNode(), [script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'exit')
  try {
    await until(`the other process says ${word}`, () => said.includes(word) || child.exitCode !== null)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
  expect(said).toContain(word)
}
const newSession = (): string => `agent:main:${randomUUID()}`
const lastAnswer = (chat: LinkedChat): string =>
  plainText(chat.mirror?.rows.findLast((row) => row.role === 'assistant')?.blocks ?? [])
const isQuiet = (chat: LinkedChat): boolean =>
  chat.mirror?.runs.length === 0 && chat.mirror.outbox.length === 0

describe('a conversation with a real gateway', () => {
  it('streams an answer and keeps it', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    const lengths = new Set<number>()
    chat.service.onConversation(() => lengths.add(chat.mirror?.runs[0]?.text.length ?? 0))
    const key = randomUUID()
    await chat.service.send(gatewayId, sessionKey, key, 'hello SLOW(20,40)')
    await until('the answer', () => lastAnswer(chat).includes('word19') && isQuiet(chat))
    expect(lengths.size).toBeGreaterThan(5)
    expect(chat.mirror?.lastEnd).toMatchObject({ runId: key, state: 'final', error: null })
    expect(chat.mirror?.rows.map((row) => row.role)).toEqual(['user', 'assistant'])
    expect(copies(peer, sessionKey, key)).toBe(1)
    expect(await chat.keysOnDisk()).toEqual([])
    expect(chat.misfits).toBe(0)
  })

  it('keeps the part of an answer that was stopped', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    await chat.service.send(gatewayId, sessionKey, randomUUID(), 'SLOW')
    await until('some words', () => (chat.mirror?.runs[0]?.text.length ?? 0) > 20)
    expect(chat.service.activeRuns(gatewayId)).toBe(1)
    await chat.service.abort(gatewayId, sessionKey)
    await until('the end', () => chat.mirror?.lastEnd?.state === 'aborted' && isQuiet(chat))
    expect(chat.mirror?.rows.at(-1)).toMatchObject({ role: 'assistant', partial: true })
    expect(lastAnswer(chat)).toContain('word3')
    await until('no active run', () => chat.service.activeRuns(gatewayId) === 0)
    expect(chat.misfits).toBe(0)
  })

  it('answers a message that was sent while a run is active', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    const [first, second] = [randomUUID(), randomUUID()]
    await chat.service.send(gatewayId, sessionKey, first, 'SLOW(30,60)')
    await until('some words', () => (chat.mirror?.runs[0]?.text.length ?? 0) > 10)
    await chat.service.send(gatewayId, sessionKey, second, 'and now this')
    await until('both answers', () => lastAnswer(chat).includes('and now this') && isQuiet(chat))
    expect(chat.mirror?.rows.map((row) => [row.role, row.messageKey])).toEqual([
      ['user', first],
      ['assistant', null],
      ['user', second],
      ['assistant', null],
    ])
    expect(chat.misfits).toBe(0)
  })

  it('uses tools and shows their results', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    await chat.service.send(gatewayId, sessionKey, randomUUID(), 'EXEC(echo from-the-tool)')
    const roles = (): string => chat.mirror?.rows.map((row) => row.role).join(' ') ?? ''
    await until('the rows', () => roles() === 'user assistant tool assistant' && isQuiet(chat))
    expect(lastAnswer(chat)).toContain('from-the-tool')
    expect(chat.misfits).toBe(0)
  })
})

describe('one turn, as the command line takes it', () => {
  interface Turn {
    readonly deltas: TurnDelta[]
    readonly result: Promise<OneTurnResult>
  }
  const take = (
    session: GatewaySession,
    sessionKey: string,
    text: string,
    key: string = randomUUID(),
  ): Turn => {
    const deltas: TurnDelta[] = []
    const signal = AbortSignal.timeout(60_000)
    const onDelta = (delta: TurnDelta): void => void deltas.push(delta)
    const result = sendOneTurn(session, { sessionKey, text, key, onDelta, signal, clock: systemClock })
    result.catch(() => undefined)
    return { deltas, result }
  }
  const joined = (deltas: readonly TurnDelta[]): string =>
    deltas.reduce((text, each) => ('delta' in each ? text + each.delta : each.replace), '')
  let session: GatewaySession
  beforeAll(async () => {
    session = await openSession(peer)
  })
  afterAll(() => session.close())

  it('streams the answer and ends with the whole of it', async () => {
    const { deltas, result } = take(session, newSession(), 'one turn SLOW(15,40)', 'turn-one-key')
    const { text, runId, state, error } = await result
    expect({ runId, state, error }).toEqual({ runId: 'turn-one-key', state: 'final', error: null })
    expect(text).toContain('word14')
    expect(deltas.length).toBeGreaterThan(3)
    expect(joined(deltas)).toBe(text)
  })

  it('takes the answer after its own row when it joined a run that was going on', async () => {
    const sessionKey = newSession()
    const first = take(session, sessionKey, 'SLOW(30,60)')
    await until('some words', () => first.deltas.length > 3)
    const second = take(session, sessionKey, 'squeezed in')
    const answer = await second.result
    expect(answer).toMatchObject({ state: 'final', error: null })
    expect(answer.text).toContain('You said: squeezed in')
    expect(answer.text).not.toContain('word29')
    expect(joined(second.deltas)).toBe(answer.text)
    expect((await first.result).text).toContain('word29')
  })

  it('gives back what was said before a stop', async () => {
    const sessionKey = newSession()
    const turn = take(session, sessionKey, 'SLOW')
    await until('some words', () => joined(turn.deltas).includes('word3'))
    await session.request('chat.abort', { sessionKey })
    const stopped = await turn.result
    expect(stopped).toMatchObject({ state: 'aborted', error: { code: 'agent.aborted' } })
    expect(stopped.text).toContain('word3')
  })

  it('says after a broken link whether the message had arrived', async () => {
    const other = await openSession(peer)
    const turn = take(other, newSession(), 'SLOW')
    await until('some words', () => turn.deltas.length > 2)
    await other.close()
    await expect(turn.result).rejects.toMatchObject({
      error: { detail: expect.stringContaining('the message had arrived') as string },
    })
    const gone = await openSession(peer)
    const lost = take(gone, newSession(), 'lost at once')
    await gone.close()
    await expect(lost.result).rejects.toMatchObject({ code: 'outbox.uncertain' })
  })
})

describe('a message arrives exactly once', { timeout: 300_000 }, () => {
  it('when it was typed while there was no link', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    await chat.disconnect()
    const key = randomUUID()
    await chat.service.send(gatewayId, sessionKey, key, 'typed in a tunnel')
    expect(chat.mirror?.outbox.map(({ state }) => state)).toEqual(['waiting'])
    expect(await chat.keysOnDisk()).toEqual([key])
    await chat.connect()
    await until('the answer', () => lastAnswer(chat).includes('typed in a tunnel') && isQuiet(chat))
    expect(textCopies(peer, sessionKey, 'typed in a tunnel')).toBe(1)
  })

  it('when the link breaks in the middle of its answer, which then goes on', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    const key = randomUUID()
    await chat.service.send(gatewayId, sessionKey, key, 'SLOW(40,80)')
    await until('some words', () => (chat.mirror?.runs[0]?.text.length ?? 0) > 20)
    const before = chat.mirror?.runs[0]?.text ?? ''
    await chat.session?.close()
    expect(chat.mirror?.runs[0]?.text.startsWith(before)).toBe(true)
    await until('the link', () => chat.session !== null)
    await until('more words', () => (chat.mirror?.runs[0]?.text.length ?? 0) > before.length + 20)
    expect(chat.mirror?.runs[0]).toMatchObject({ runId: key, messageKey: key })
    await until('the answer', () => lastAnswer(chat).includes('word39') && isQuiet(chat))
    expect(copies(peer, sessionKey, key)).toBe(1)
    expect(chat.misfits).toBe(0)
  })

  it('when the app is killed right after it was typed, and right after it left', async () => {
    const sessionKey = newSession()
    const dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-chat-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const [typed, left] = [randomUUID(), randomUUID()]
    const order = { url: peer.url, token: peer.token, dataDir, sessionKey }
    await killedChat({ ...order, key: typed, text: 'typed and gone', link: false }, 'typed')
    await killedChat({ ...order, key: left, text: 'left and gone', link: true }, `${left} sending`)
    expect(await keysIn(dataDir)).toContain(left)
    const chat = await begin({ dataDir })
    await chat.open(sessionKey)
    await until('both answers', () => lastAnswer(chat).includes('left and gone') && isQuiet(chat))
    expect([typed, left].map((key) => copies(peer, sessionKey, key))).toEqual([1, 1])
    expect(await chat.keysOnDisk()).toEqual([])
  })

  it('when the gateway is killed right after the ack', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    const key = randomUUID()
    await chat.service.send(gatewayId, sessionKey, key, 'killed after the ack')
    await until('the ack', () => chat.mirror?.outbox[0]?.state === 'accepted', 10_000)
    await peer.kill9()
    await peer.restart()
    await until(
      'the answer',
      () => lastAnswer(chat).includes('killed after the ack') && isQuiet(chat),
      120_000,
    )
    expect(textCopies(peer, sessionKey, 'killed after the ack')).toBe(1)
    expect(await chat.keysOnDisk()).toEqual([])
    expect(chat.misfits).toBe(0)
  })

  it('when the gateway is killed in the middle of an answer, with a second message queued behind it', async () => {
    const chat = await begin()
    const sessionKey = newSession()
    await chat.open(sessionKey)
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()]
    await chat.service.send(gatewayId, sessionKey, first, 'SLOW first of three')
    await until('some words', () => (chat.mirror?.runs[0]?.text.length ?? 0) > 20)
    await chat.service.send(gatewayId, sessionKey, second, 'second of three')
    await until('the second ack', () => chat.mirror?.outbox.at(-1)?.state === 'accepted')
    await peer.kill9()
    await until('the loss is seen', () => chat.session === null)
    await chat.service.send(gatewayId, sessionKey, third, 'third of three')
    expect(await chat.keysOnDisk()).toEqual([second, third])
    await peer.restart()
    await until('the outbox is empty', () => chat.mirror?.outbox.length === 0, 120_000)
    await until('quiet', () => isQuiet(chat) && lastAnswer(chat).includes('third of three'), 120_000)
    const texts = ['SLOW first of three', 'second of three', 'third of three']
    expect(texts.map((text) => textCopies(peer, sessionKey, text))).toEqual([1, 1, 1])
    expect([first, second, third].map((key) => copies(peer, sessionKey, key))).toEqual([1, 1, 1])
    expect(chat.misfits).toBe(0)
  })
})
