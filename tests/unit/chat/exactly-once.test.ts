import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatServiceOver, type ChatService } from '../../../electron/chat/chat-service.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { FakeClock, settled } from '../../fixtures/fake-clock.ts'
import { MemoryDisk } from './memory-outbox-file.ts'
import { ModelGateway, type ModelSession } from './model-gateway.ts'

const gatewayId = 'g1'

type Step =
  | { readonly do: 'type'; readonly conversation: number }
  | { readonly do: 'deliver' | 'answer' | 'write' | 'connect' | 'restart' | 'pass' }
  | { readonly do: 'cut'; readonly late: number }
  | { readonly do: 'kill'; readonly keep: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('type' as const), conversation: fc.nat({ max: 1 }) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom('deliver' as const, 'answer' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'pass' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('connect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), late: fc.nat({ max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), keep: fc.nat({ max: 2 }) }) },
)

class World {
  readonly clock = new FakeClock()
  readonly disk = new MemoryDisk()
  readonly gateway = new ModelGateway(() => this.clock.now())
  readonly sent: string[] = []
  #service: ChatService = this.#start()
  #session: ModelSession | null = null
  #typed = 0

  async take(action: Step): Promise<void> {
    switch (action.do) {
      case 'type': {
        const key = `message-${(this.#typed += 1)}`
        const sessionKey = action.conversation === 0 ? null : 'agent:main:other'
        await this.#service.send(gatewayId, sessionKey, key, `text of ${key}`)
        this.sent.push(key)
        break
      }
      case 'deliver':
        this.gateway.deliver()
        break
      case 'answer':
        this.gateway.answer()
        break
      case 'write':
        this.gateway.write()
        break
      case 'connect':
        this.connect()
        break
      case 'restart':
        if (this.#session !== null) {
          this.#session.deaf = true
          this.gateway.cut(this.#session, 1)
          this.#session = null
        }
        this.#service = this.#start()
        break
      case 'pass':
        await this.clock.advance(2_000)
        break
      case 'cut':
        if (this.#session === null) break
        this.gateway.cut(this.#session, action.late)
        this.#session = null
        this.#service.detach(gatewayId)
        break
      case 'kill':
        this.gateway.kill(action.keep)
        this.#session = null
        this.#service.detach(gatewayId)
        break
    }
    await settled()
  }

  connect(): void {
    if (this.#session !== null) return
    this.#session = this.gateway.connect()
    this.#service.attach(gatewayId, this.#session)
  }

  /** Nothing goes wrong any more: the link stands, the gateway writes what it took. */
  async calm(): Promise<void> {
    this.gateway.auto = true
    this.connect()
    for (let round = 0; round < 12; round += 1) {
      this.gateway.settle()
      await settled()
      while (this.gateway.write()) await settled()
      await this.clock.advance(5_000)
    }
  }

  #start(): ChatService {
    return chatServiceOver(this.disk.open(), { clock: this.clock, log: silentLogger })
  }
}

describe('a typed message', () => {
  it('stands in the transcript exactly once, whatever happens on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
        const world = new World()
        for (const action of steps) await world.take(action)
        await world.calm()
        expect(world.sent.map((key) => [key, world.gateway.copies(key)])).toEqual(
          world.sent.map((key) => [key, 1]),
        )
        expect(world.disk.content.records).toEqual([])
      }),
      { numRuns: 300, endOnFailure: false },
    )
  })
})
