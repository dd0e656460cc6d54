import { randomUUID } from 'node:crypto'
import type {
  GatewayEvent,
  GatewaySession,
  RequestOptions,
  SessionEnd,
} from '../../../electron/gateway/session.ts'
import { Emitter, type Disposable } from '../../../electron/platform/disposable.ts'
import { appError, failure } from '../../../shared/result.ts'

export interface ModelRow {
  readonly id: string
  readonly seq: number
  readonly role: 'user' | 'assistant' | 'system'
  readonly text: string
  readonly key: string | null
  readonly runId: string | null
  readonly at: number
  readonly kind?: 'reset'
}

interface Input {
  readonly sessionKey: string
  readonly key: string
  readonly text: string
}

interface Request {
  readonly session: ModelSession
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

type Answer = { readonly request: Request; readonly give: () => void }

/**
 * A gateway reduced to what decides over "exactly once", as it was measured on the real one: an ack before the row is
 * written, a dedupe that dies with the process, inputs that survive it as `interrupted` or not at all, and links that
 * break before or after the request arrived. Everything happens when told to, unless `auto` is on.
 */
export class ModelGateway {
  readonly protocol: number
  readonly #now: () => number
  readonly #rows = new Map<string, ModelRow[]>()
  readonly #cancelled = new Set<Input>()
  /** Survives a kill: the gateway keeps what it queued. */
  #interrupted: Input[] = []
  #process = randomUUID()
  #dedupe = new Set<string>()
  /** Acknowledged, the row not written yet. */
  #accepted: Input[] = []
  #requests: Request[] = []
  #answers: Answer[] = []
  readonly #sessions = new Set<ModelSession>()
  auto = false
  /** What chat.send is refused with, if anything. */
  refuse: ((key: string) => Error | null) | null = null
  /** Keys in the order in which chat.send reached the gateway. */
  readonly arrivals: string[] = []

  constructor(now: () => number, protocol = 4) {
    this.#now = now
    this.protocol = protocol
  }

  get process(): string {
    return this.#process
  }

  rows(sessionKey: string): readonly ModelRow[] {
    return this.#rows.get(sessionKey) ?? []
  }

  /** How often a person's message stands in a transcript. */
  copies(key: string): number {
    return [...this.#rows.values()].flat().filter((row) => row.key === key).length
  }

  get requestCount(): number {
    return this.#requests.length
  }

  get answerCount(): number {
    return this.#answers.length
  }

  connect(): ModelSession {
    const session = new ModelSession(this)
    this.#sessions.add(session)
    return session
  }

  submit(request: Request): void {
    // What decides nothing is answered at once.
    if (!request.method.startsWith('chat.')) {
      request.resolve(this.#handle(request))
      return
    }
    this.#requests.push(request)
    if (this.auto) queueMicrotask(() => this.settle())
  }

  /** The oldest request reaches the gateway. */
  deliver(): boolean {
    const request = this.#requests.shift()
    if (request === undefined) return false
    const outcome = this.#handle(request)
    this.#answers.push({
      request,
      give: () => {
        if (outcome instanceof Error) request.reject(outcome)
        else request.resolve(outcome)
      },
    })
    return true
  }

  /** The oldest answer reaches the client. */
  answer(): boolean {
    const answer = this.#answers.shift()
    if (answer === undefined) return false
    if (answer.request.session.alive) answer.give()
    return true
  }

  /** The oldest accepted message becomes a row. */
  write(): boolean {
    const input = this.#accepted.shift()
    if (input === undefined) return false
    const row = this.addRow(input.sessionKey, { role: 'user', text: input.text, key: input.key })
    this.emit(input.sessionKey, 'session.message', {
      sessionKey: input.sessionKey,
      message: toMessage(row, this.protocol),
      messageId: row.id,
      messageSeq: row.seq,
    })
    return true
  }

  addRow(sessionKey: string, row: Partial<ModelRow> & Pick<ModelRow, 'role' | 'text'>): ModelRow {
    const rows = this.#rows.get(sessionKey) ?? []
    const seq = (rows.at(-1)?.seq ?? 0) + 1
    const full: ModelRow = { id: randomUUID(), seq, key: null, runId: null, at: this.#now(), ...row }
    this.#rows.set(sessionKey, [...rows, full])
    return full
  }

  /** The conversation is begun anew: its rows are gone. */
  reset(sessionKey: string): void {
    this.#rows.set(sessionKey, [])
    this.addRow(sessionKey, { role: 'system', text: 'Reset', kind: 'reset' })
  }

  /** A stop takes out what waits. */
  cancel(key: string): void {
    const input = this.#accepted.find((each) => each.key === key)
    this.#accepted = this.#accepted.filter((each) => each.key !== key)
    if (input !== undefined) this.#cancelled.add(input)
  }

  forgetCancelled(): void {
    this.#cancelled.clear()
  }

  /** SIGKILL and a new start. `keep`: how many of the accepted messages survive as interrupted inputs. */
  kill(keep: number): void {
    this.#interrupted = [...this.#interrupted, ...this.#accepted.slice(0, keep)]
    this.#accepted = []
    this.#dedupe = new Set()
    this.#process = randomUUID()
    this.#requests = []
    this.#answers = []
    for (const session of this.#sessions) session.end()
    this.#sessions.clear()
  }

  /** The link breaks. `lateArrivals`: requests on the wire that still reach the gateway. */
  cut(session: ModelSession, lateArrivals: number): void {
    for (let count = 0; count < lateArrivals && this.#requests[0]?.session === session; count += 1)
      this.deliver()
    this.#requests = this.#requests.filter((request) => request.session !== session)
    this.#answers = this.#answers.filter(({ request }) => request.session !== session)
    this.#sessions.delete(session)
    session.end()
  }

  /** Everything on its way arrives. */
  settle(): void {
    while (this.deliver() || this.answer()) {
      // Until nothing is left.
    }
  }

  emit(sessionKey: string, event: string, payload: object): void {
    for (const session of this.#sessions) session.tell(sessionKey, { event, payload })
  }

  #handle({ session, method, params }: Request): unknown {
    switch (method) {
      case 'chat.send':
        return this.#send(params)
      case 'chat.history':
        return this.#history(params)
      case 'sessions.messages.subscribe':
        session.subscribe(String(params['key']))
        return { subscribed: true }
      case 'sessions.list':
        return { sessions: [] }
      default:
        return { ok: true }
    }
  }

  #send(params: Readonly<Record<string, unknown>>): unknown {
    const key = String(params['idempotencyKey'])
    const input = { sessionKey: String(params['sessionKey']), key, text: String(params['message']) }
    this.arrivals.push(key)
    const refusal = this.refuse?.(key) ?? null
    if (refusal !== null) return refusal
    if (this.#dedupe.has(key)) {
      const status = this.#accepted.some((each) => each.key === key) ? 'in_flight' : 'ok'
      return { runId: key, status }
    }
    this.#dedupe.add(key)
    this.#interrupted = this.#interrupted.filter((each) => each.key !== key)
    this.#accepted.push(input)
    return { runId: key, status: 'started' }
  }

  #history(params: Readonly<Record<string, unknown>>): unknown {
    const sessionKey = String(params['sessionKey'])
    const rows = this.rows(sessionKey)
    const limit = Number(params['limit'] ?? 50)
    const offset = Number(params['offset'] ?? 0)
    const end = Math.max(0, rows.length - offset)
    const page = rows.slice(Math.max(0, end - limit), end)
    const messages = page.map((row) => toMessage(row, this.protocol))
    if (this.protocol < 4) return { sessionKey, messages }
    const own = this.#accepted.filter((input) => input.sessionKey === sessionKey)
    const pending = [
      ...this.#interrupted.map((input) => ({ input, state: 'interrupted' })),
      ...[...this.#cancelled].map((input) => ({ input, state: 'cancelled' })),
    ].filter(({ input }) => input.sessionKey === sessionKey)
    const more = end - limit > 0
    return {
      sessionKey,
      sessionId: `session of ${sessionKey}`,
      messages,
      hasMore: more,
      ...(more ? { nextOffset: offset + page.length } : {}),
      pendingInputs: {
        items: pending.map(({ input, state }) => ({ runId: input.key, state, message: { role: 'user' } })),
        total: pending.length,
      },
      sessionInfo: {
        snapshotAt: this.#now(),
        hasActiveRun: own.length > 0,
        activeRunIds: own.map((input) => input.key),
      },
    }
  }
}

/** A link to a {@link ModelGateway}. */
export class ModelSession implements GatewaySession {
  readonly #gateway: ModelGateway
  readonly #events = new Emitter<GatewayEvent>((error) => {
    throw error
  })
  readonly #gaps = new Emitter<void>(() => undefined)
  readonly #ends = new Emitter<SessionEnd>(() => undefined)
  readonly #subscribed = new Set<string>()
  readonly #pending = new Set<(error: Error) => void>()
  readonly facts: GatewaySession['facts']
  readonly hello: GatewaySession['hello']
  readonly deviceId = 'device'
  alive = true
  /** The client's process died: nothing reaches it any more, not even the end. */
  deaf = false
  scopes: string[] = ['operator.read', 'operator.write']

  constructor(gateway: ModelGateway) {
    this.#gateway = gateway
    const modern = gateway.protocol >= 4
    this.hello = modern ? { server: { bootId: gateway.process } } : {}
    this.facts = {
      host: 'model',
      version: 'model',
      protocol: gateway.protocol,
      scopes: this.scopes,
      mainSessionKey: 'agent:main:main',
      authMethod: 'token',
      methods: modern
        ? ['sessions.subscribe', 'sessions.messages.subscribe', 'sessions.reset', 'sessions.delete']
        : [],
      maxPayload: 1_000_000,
    }
  }

  request(method: string, params: object = {}, options: RequestOptions = {}): Promise<unknown> {
    if (!this.alive) return Promise.reject(failure('gateway.closed'))
    return new Promise((resolve, reject) => {
      const give = (error: Error): void => {
        this.#pending.delete(give)
        if (!this.deaf) reject(error)
      }
      this.#pending.add(give)
      options.signal?.addEventListener('abort', () => give(options.signal?.reason as Error), { once: true })
      this.#gateway.submit({
        session: this,
        method,
        params: params as Readonly<Record<string, unknown>>,
        resolve: (value) => {
          this.#pending.delete(give)
          if (!this.deaf) resolve(JSON.parse(JSON.stringify(value)))
        },
        reject: give,
      })
    })
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
    this.end()
    return Promise.resolve()
  }

  subscribe(sessionKey: string): void {
    this.#subscribed.add(sessionKey)
  }

  tell(sessionKey: string, event: GatewayEvent): void {
    const wanted = event.event !== 'session.message' || this.#subscribed.has(sessionKey)
    if (this.alive && !this.deaf && wanted) this.#events.emit(event)
  }

  gap(): void {
    this.#gaps.emit()
  }

  end(): void {
    if (!this.alive) return
    this.alive = false
    for (const give of this.#pending) give(failure('gateway.closed'))
    if (!this.deaf) this.#ends.emit({ error: appError('gateway.closed'), own: false })
  }
}

function toMessage(row: ModelRow, protocol: number): object {
  const base = { role: row.role, content: row.text, timestamp: row.at }
  if (protocol < 4) return base
  return {
    ...base,
    ...(row.key === null ? {} : { idempotencyKey: `${row.key}:user` }),
    __openclaw: {
      id: row.id,
      seq: row.seq,
      ...(row.runId === null ? {} : { runId: row.runId }),
      ...(row.kind === undefined ? {} : { kind: row.kind }),
    },
  }
}
