import { readFileSync } from 'node:fs'
import { chatServiceOver, type ChatService } from '../../../electron/chat/chat-service.ts'
import type { GatewayEvent, GatewaySession, SessionEnd } from '../../../electron/gateway/session.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { Emitter, type Disposable } from '../../../electron/platform/disposable.ts'
import { applyChanges } from '../../../renderer/stores/apply-change.ts'
import type { Conversation, ConversationChange } from '../../../shared/model/chat.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { MemoryDisk } from './memory-outbox-file.ts'

/** An event a real gateway sent, or an answer it gave to `chat.history`. */
export type Frame =
  | { readonly event: string; readonly payload: unknown }
  | { readonly history: string; readonly payload: Readonly<Record<string, unknown>> }

/** Frames of real gateways, recorded and cut to what a conversation reads. */
export function readFrames(name: string): Frame[] {
  const text = readFileSync(new URL(`frames/${name}.jsonl`, import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Frame)
}

/** A session whose events are played and whose answers are set by the test. */
export class ScriptedSession implements GatewaySession {
  readonly facts: GatewaySession['facts']
  readonly hello: GatewaySession['hello']
  readonly deviceId = 'device'
  readonly requests: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[] = []
  readonly #events = new Emitter<GatewayEvent>((error) => {
    throw error
  })
  readonly #gaps = new Emitter<void>(() => undefined)
  readonly #ends = new Emitter<SessionEnd>(() => undefined)
  /** Answers by method; a method without one is answered with an empty object. */
  readonly answers = new Map<string, (params: Readonly<Record<string, unknown>>) => unknown>()

  constructor(
    options: { readonly protocol?: number; readonly scopes?: string[]; readonly boot?: string } = {},
  ) {
    const { protocol = 4, scopes = ['operator.read', 'operator.write'], boot = 'boot-1' } = options
    const modern = protocol >= 4
    this.hello = modern ? { server: { bootId: boot } } : {}
    this.facts = {
      host: 'scripted',
      version: 'scripted',
      protocol,
      scopes,
      mainSessionKey: 'agent:main:main',
      authMethod: 'token',
      methods: modern ? ['sessions.subscribe', 'sessions.messages.subscribe'] : [],
      maxPayload: 100_000,
    }
    for (const what of ['reset', 'compact', 'delete']) this.facts.methods.push(`sessions.${what}`)
  }

  async request(method: string, params: object = {}): Promise<unknown> {
    const given = params as Readonly<Record<string, unknown>>
    this.requests.push({ method, params: given })
    const answer = this.answers.get(method)
    await Promise.resolve()
    return answer === undefined ? {} : answer(given)
  }

  supports(method: string): boolean {
    return this.facts.methods.includes(method)
  }

  onEvent(listener: (event: GatewayEvent) => void): Disposable {
    return this.#events.on(listener)
  }

  onGap(listener: () => void): Disposable {
    return this.#gaps.on(listener)
  }

  onClosed(listener: (end: SessionEnd) => void): Disposable {
    return this.#ends.on(listener)
  }

  probe(): Promise<number> {
    return Promise.resolve(1)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  emit(event: string, payload: unknown): void {
    this.#events.emit({ event, payload })
  }

  gap(): void {
    this.#gaps.emit()
  }

  end(end: SessionEnd): void {
    this.#ends.emit(end)
  }

  /** Parameters of all requests of a method so far. */
  asked(method: string): ReadonlyArray<Readonly<Record<string, unknown>>> {
    return this.requests.filter((each) => each.method === method).map(({ params }) => params)
  }
}

/** A chat service with one gateway and a mirror of one conversation, built from its changes as a page builds it. */
export class Stage {
  readonly clock = new FakeClock()
  readonly disk = new MemoryDisk()
  readonly service: ChatService
  readonly changes: ConversationChange[] = []
  mirror: Conversation | null = null
  misfits = 0

  constructor() {
    this.service = chatServiceOver(this.disk.open(), { clock: this.clock, log: silentLogger })
    this.service.onConversation((event) => {
      const { mirror } = this
      if (mirror === null || event.sessionKey !== mirror.sessionKey || event.revision <= mirror.revision)
        return
      this.changes.push(...event.changes)
      const next = event.revision === mirror.revision + 1 ? applyChanges(mirror, event.changes) : null
      if (next === null) this.misfits += 1
      else this.mirror = { ...next, revision: event.revision }
    })
  }

  attach(session: GatewaySession): void {
    this.service.attach('g', session)
  }

  async open(sessionKey: string | null): Promise<void> {
    const opening = this.service.open('g', sessionKey)
    await this.clock.advance(0)
    this.mirror = await opening
  }

  /** The conversation as the service would hand it to a page that opens it now. */
  async fresh(): Promise<Conversation> {
    const opening = this.service.open('g', this.mirror?.sessionKey ?? null)
    await this.clock.advance(0)
    return opening
  }
}

/**
 * Plays recorded frames into a stage: `chat.history` is answered with the next recorded answer to come, which is what
 * the gateway would have said around then.
 */
export async function play(
  frames: readonly Frame[],
  session: ScriptedSession,
  stage: Stage,
  options: { readonly stepMs?: number; readonly eachStep?: () => Promise<void> } = {},
): Promise<void> {
  const { stepMs = 20, eachStep } = options
  const { mirror } = stage
  for (let index = 0; index < frames.length; index += 1) {
    const frame = frames[index]
    session.answers.set('chat.history', () => historyFrom(frames, index, mirror?.sessionKey ?? ''))
    if (frame !== undefined && 'event' in frame) session.emit(frame.event, frame.payload)
    await stage.clock.advance(stepMs)
    await eachStep?.()
  }
  await stage.clock.advance(5_000)
}

/** The recorded history that comes next from `index` on, else the last one before, else the rows told as events. */
function historyFrom(frames: readonly Frame[], index: number, sessionKey: string): unknown {
  const own = (frame: Frame): boolean =>
    'history' in frame && (frame.history === sessionKey || frame.history === 'main')
  if (!frames.some(own)) {
    const messages = frames
      .slice(0, index + 1)
      .flatMap((frame) => ('event' in frame && frame.event === 'session.message' ? [frame.payload] : []))
      .map((payload) => (payload as { readonly message: unknown }).message)
    return { messages }
  }
  const found = frames.slice(index).find(own) ?? frames.slice(0, index).findLast(own)
  return found !== undefined && 'history' in found ? found.payload : { messages: [] }
}
