import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChatService, type ChatService } from '../../../electron/chat/chat-service.ts'
import { isCommand } from '../../../electron/chat/outbox.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import type { OutboxEntry } from '../../../shared/model/chat.ts'
import { failure } from '../../../shared/result.ts'
import { chatServiceOver } from '../../../electron/chat/chat-service.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { MemoryDisk } from './memory-outbox-file.ts'
import { ModelGateway, type ModelSession } from './model-gateway.ts'

const main = 'agent:main:main'
const key = 'message-key'

/** A service and a model gateway that answers at once; rows are written when a test says so. */
class Scene {
  readonly clock = new FakeClock()
  readonly disk = new MemoryDisk()
  readonly gateway: ModelGateway
  service: ChatService
  session: ModelSession | null = null
  #keys = 0

  constructor(protocol = 4) {
    this.gateway = new ModelGateway(() => this.clock.now(), protocol)
    this.gateway.auto = true
    this.service = this.#open()
  }

  async attach(): Promise<void> {
    this.session = this.gateway.connect()
    this.service.attach('g', this.session)
    await this.pass(10)
  }

  async lose(lateArrivals = 0): Promise<void> {
    if (this.session !== null) this.gateway.cut(this.session, lateArrivals)
    this.service.detach('g')
    await this.pass(0)
  }

  async kill(keep = 0): Promise<void> {
    this.gateway.kill(keep)
    this.service.detach('g')
    await this.pass(0)
  }

  async send(text = 'hello', id = key, sessionKey: string | null = null): Promise<void> {
    const sending = this.service.send('g', sessionKey, id, text)
    await Promise.all([sending, this.pass(10)])
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms)
  }

  restart(): void {
    this.service = this.#open()
  }

  async entries(): Promise<readonly OutboxEntry[]> {
    const opening = this.service.open('g', main)
    await this.pass(0)
    return (await opening).outbox
  }

  async entry(): Promise<OutboxEntry | undefined> {
    return (await this.entries())[0]
  }

  #open(): ChatService {
    const newKey = (): string => `fresh-key-${(this.#keys += 1)}`
    return chatServiceOver(this.disk.open(), { clock: this.clock, log: silentLogger, newKey })
  }
}

describe('the way of a message', () => {
  it('is on disk before send() resolves, and gone only when its row stands', async () => {
    const scene = new Scene()
    await scene.send()
    expect(scene.disk.content.records).toMatchObject([{ key, state: 'waiting', attemptedAt: null }])
    await scene.attach()
    expect(await scene.entry()).toMatchObject({ state: 'accepted', sessionKey: main })
    expect(scene.disk.content.records).toMatchObject([{ key, attemptedAt: expect.any(Number) as number }])
    scene.gateway.write()
    await scene.pass(10)
    expect(scene.disk.content.records).toEqual([])
    expect(scene.gateway.copies(key)).toBe(1)
  })

  it('adds nothing when it is sent again under the same key, even after it arrived', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    await scene.send()
    scene.gateway.write()
    await scene.pass(10)
    await scene.send()
    expect(scene.gateway.arrivals).toEqual([key])
  })

  it('does not wait for the run of the message before it', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send('one', 'key-one')
    await scene.send('two', 'key-two')
    expect((await scene.entries()).map(({ state }) => state)).toEqual(['accepted', 'accepted'])
    expect(scene.gateway.arrivals).toEqual(['key-one', 'key-two'])
  })

  it('is not sent again on a healthy link, however long its row takes', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    await scene.pass(600_000)
    expect(scene.gateway.arrivals).toEqual([key])
    expect(await scene.entry()).toMatchObject({ state: 'accepted' })
  })

  it('is not sent again after a new link to the same process, which still holds it', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    await scene.lose()
    await scene.attach()
    expect(scene.gateway.arrivals).toEqual([key])
    scene.gateway.write()
    await scene.pass(10)
    expect(await scene.entries()).toEqual([])
  })

  it.each([
    ['lost it', 0],
    ['kept it as interrupted', 1],
  ])('is sent again under the same key to a gateway that was killed and %s', async (_, keep) => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    await scene.kill(keep)
    await scene.attach()
    expect(scene.gateway.arrivals).toEqual([key, key])
    scene.gateway.write()
    await scene.pass(10)
    expect([await scene.entries(), scene.gateway.copies(key)]).toEqual([[], 1])
  })

  it('is looked up far back in a long transcript', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    await scene.lose()
    scene.gateway.write()
    for (let count = 0; count < 900; count += 1)
      scene.gateway.addRow(main, { role: 'assistant', text: 'much' })
    await scene.kill()
    await scene.attach()
    expect(await scene.entries()).toEqual([])
    expect(scene.gateway.arrivals).toEqual([key])
  })

  it('is left to the person when the conversation was begun anew meanwhile', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    scene.gateway.write()
    await scene.lose()
    scene.restart()
    scene.gateway.reset(main)
    await scene.kill()
    // It was proved before, so nothing is left to ask.
    await scene.attach()
    expect(await scene.entries()).toEqual([])
    await scene.send('second', 'second-key')
    await scene.kill()
    scene.gateway.reset(main)
    await scene.attach()
    expect(await scene.entry()).toMatchObject({ state: 'uncertain', error: { code: 'outbox.uncertain' } })
    expect(scene.gateway.arrivals).toEqual([key, 'second-key'])
  })

  it('that a stop took out fails, and goes under a new key when the person wants it', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    scene.gateway.cancel(key)
    scene.gateway.emit(main, 'chat', { runId: key, sessionKey: main, state: 'aborted' })
    await scene.pass(1_000)
    expect(await scene.entry()).toMatchObject({ state: 'failed', error: { code: 'agent.aborted' } })
    await scene.service.resend('g', key)
    await scene.pass(10)
    expect(scene.gateway.arrivals).toEqual([key, 'fresh-key-1'])
  })

  it('that is refused stays with the reason until it is dropped', async () => {
    const scene = new Scene()
    scene.gateway.refuse = () => failure('rpc.failed', { reason: 'send blocked by session policy' })
    await scene.attach()
    await scene.send()
    const entry = await scene.entry()
    expect(entry).toMatchObject({ state: 'failed', error: { code: 'rpc.failed' } })
    expect(entry?.error?.message).toContain('send blocked by session policy')
    await scene.lose()
    await scene.attach()
    expect(scene.gateway.arrivals).toHaveLength(1)
    await scene.service.discard('g', key)
    expect(await scene.entries()).toEqual([])
  })

  it('is tried again while the gateway is busy, and keeps its place', async () => {
    const scene = new Scene()
    let busy = 2
    const unavailable = failure('rpc.failed', {}, { detail: 'chat.send · UNAVAILABLE · rebuilding' })
    scene.gateway.refuse = () => ((busy -= 1) >= 0 ? unavailable : null)
    await scene.attach()
    await scene.send('one', 'key-one')
    await scene.send('two', 'key-two')
    await scene.pass(2_000)
    expect(scene.gateway.arrivals).toEqual(['key-one', 'key-one', 'key-one', 'key-two'])
  })

  it('of which the gateway shows no trace after its run ended is left to the person', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send()
    scene.gateway.cancel(key)
    scene.gateway.forgetCancelled()
    scene.gateway.emit(main, 'chat', { runId: key, sessionKey: main, state: 'final' })
    await scene.pass(60_000)
    expect(await scene.entry()).toMatchObject({ state: 'uncertain' })
    expect(scene.gateway.arrivals).toEqual([key])
  })

  it('larger than the gateway takes is refused at once', async () => {
    const scene = new Scene()
    await scene.attach()
    const sending = scene.service.send('g', null, key, 'x'.repeat(1_000_001))
    await expect(sending).rejects.toMatchObject({ code: 'rpc.too-large' })
    await scene.lose()
    await scene.send('x'.repeat(1_000_001))
    await scene.attach()
    expect(await scene.entry()).toMatchObject({ state: 'failed', error: { code: 'rpc.too-large' } })
  })

  it('can be taken back while it waits, but not when it has left', async () => {
    const scene = new Scene()
    await scene.send()
    await scene.service.discard('g', key)
    await scene.attach()
    expect(scene.gateway.arrivals).toEqual([])
    await scene.send('again', 'other-key')
    await expect(scene.service.discard('g', 'other-key')).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it('is not taken when it cannot be saved, and does not leave when that cannot', async () => {
    const scene = new Scene()
    scene.disk.full = true
    await expect(scene.service.send('g', null, key, 'hello')).rejects.toMatchObject({
      code: 'data.write-failed',
    })
    scene.disk.full = false
    await scene.send()
    scene.disk.full = true
    await scene.attach()
    expect(scene.gateway.arrivals).toEqual([])
    expect(await scene.entry()).toMatchObject({ state: 'failed', error: { code: 'data.write-failed' } })
    scene.disk.full = false
    await scene.service.resend('g', key)
    await scene.pass(10)
    expect(scene.gateway.arrivals).toEqual([key])
  })
})

describe('an order to the gateway', () => {
  it('is told from a message by its slash, or by being a word that stops', () => {
    const orders = ['/status', '  /new now', 'stop', 'Please stop!', 'abort.']
    const messages = ['see /etc', 'stop the car', 'a/b', 'do not stop']
    expect([...orders, ...messages].filter(isCommand)).toEqual(orders)
  })

  it('does not wait for a link', async () => {
    const scene = new Scene()
    await expect(scene.service.send('g', null, key, '/status')).rejects.toMatchObject({ code: 'link.down' })
    expect(scene.disk.content.records).toEqual([])
  })

  it('is never sent again by itself, but found where it stands in the transcript', async () => {
    const scene = new Scene()
    await scene.attach()
    await scene.send('/compact', 'order-one')
    await scene.send('/status', 'order-two')
    scene.gateway.write()
    await scene.kill()
    await scene.attach()
    expect(await scene.entries()).toMatchObject([{ key: 'order-two', state: 'uncertain' }])
    expect(scene.gateway.arrivals).toEqual(['order-one', 'order-two'])
    await scene.service.resend('g', 'order-two')
    await scene.pass(10)
    expect(scene.gateway.arrivals.at(-1)).toBe('order-two')
  })

  it('whose link breaks before the ack is left to the person', async () => {
    const scene = new Scene()
    await scene.attach()
    scene.gateway.auto = false
    await scene.send('/reset')
    await scene.lose()
    expect(await scene.entry()).toMatchObject({ state: 'uncertain' })
  })
})

describe('an old gateway', () => {
  it('proves a message by the run of its own name', async () => {
    const scene = new Scene(3)
    await scene.attach()
    await scene.send()
    expect(await scene.entry()).toMatchObject({ state: 'accepted' })
    scene.gateway.emit(main, 'chat', {
      runId: key,
      sessionKey: main,
      state: 'final',
      message: { content: 'hi' },
    })
    await scene.pass(10)
    expect(await scene.entries()).toEqual([])
  })

  it('leaves a message to the person when the link broke before that, and is asked again only by them', async () => {
    const scene = new Scene(3)
    await scene.attach()
    await scene.send()
    await scene.lose()
    expect(await scene.entry()).toMatchObject({ state: 'uncertain', error: { code: 'outbox.uncertain' } })
    await scene.attach()
    expect(scene.gateway.arrivals).toEqual([key])
    await scene.service.resend('g', key)
    await scene.pass(10)
    expect(scene.gateway.arrivals).toEqual([key, key])
  })

  it('still gets messages that never left', async () => {
    const scene = new Scene(3)
    await scene.send()
    await scene.attach()
    expect(scene.gateway.arrivals).toEqual([key])
  })
})

describe('the outbox file', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'hawser-outbox-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))
  const open = (): ReturnType<typeof createChatService> =>
    createChatService({ dataDir: dir, clock: systemClock, log: silentLogger })

  it('is private, whole at any time and read again by the next process', async () => {
    await chmod(dir, 0o755)
    const first = await open()
    await Promise.all([1, 2, 3].map((count) => first.send('g', main, `key-${count}xxx`, `text ${count}`)))
    expect((await stat(path.join(dir, 'outbox.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
    const second = await open()
    const { outbox } = await second.open('g', main)
    expect(outbox.map(({ text }) => text)).toEqual(['text 1', 'text 2', 'text 3'])
    expect(await readdir(dir)).toEqual(['outbox.json'])
  })

  it('that is broken is kept aside and named', async () => {
    await writeFile(path.join(dir, 'outbox.json'), '{"version":1,"records":[{"key":', { mode: 0o600 })
    const service = await open()
    expect(service.outboxKeptAside).toContain('outbox.json.broken-')
    expect(await readFile(service.outboxKeptAside ?? '', 'utf8')).toContain('"records"')
    await service.send('g', main, 'key-after', 'hello')
    expect((await readdir(dir)).length).toBe(2)
  })

  it('forgets a gateway with everything that was meant for it', async () => {
    const service = await open()
    await service.send('g', main, 'key-of-g', 'hello')
    await service.send('other', main, 'key-of-other', 'hello')
    await service.forget('g')
    const text = await readFile(path.join(dir, 'outbox.json'), 'utf8')
    expect([text.includes('key-of-g'), text.includes('key-of-other')]).toEqual([false, true])
  })
})
