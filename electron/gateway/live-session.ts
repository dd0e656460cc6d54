import type { GatewayFacts } from '../../shared/model/connection.ts'
import { AppFailure, appError, failure } from '../../shared/result.ts'
import { disposable, DisposableStore, Emitter, type Disposable } from '../platform/disposable.ts'
import { closeFailure, silentCloseCode, type Farewell, type SocketClose } from './close-codes.ts'
import { parseFrame, recordOf, requestText, type Frame } from './frames.ts'
import { abortReason, type FrameSocket } from './frame-socket.ts'
import type { Greeted } from './handshake.ts'
import { rpcFailure } from './rpc-errors.ts'
import type {
  GatewayEvent,
  GatewayOpenOptions,
  GatewaySession,
  RequestOptions,
  SessionEnd,
} from './session.ts'

const defaultRequestTimeoutMs = 30_000

interface Pending {
  readonly method: string
  readonly resolve: (payload: unknown) => void
  readonly reject: (error: Error) => void
  readonly things: DisposableStore
}

/** The session behind {@link GatewaySession}: matches answers to requests, passes events on, and watches for silence. */
export class LiveSession implements GatewaySession {
  readonly facts: GatewayFacts
  readonly deviceId: string
  readonly hello: Readonly<Record<string, unknown>>
  /** The device token that came with hello-ok. */
  readonly deviceToken: string | null
  readonly #options: GatewayOpenOptions
  readonly #socket: FrameSocket
  readonly #methods: ReadonlySet<string>
  readonly #pending = new Map<string, Pending>()
  readonly #probes = new Map<string, () => void>()
  readonly #events: Emitter<GatewayEvent>
  readonly #gaps: Emitter<void>
  readonly #ends: Emitter<SessionEnd>
  readonly #silenceMs: number
  #lastId = 0
  #lastSeq: number | null = null
  #lastAlive: number
  #silenceTimer: Disposable | null = null
  #farewell: Farewell | null = null
  #closing: Promise<void> | null = null
  #end: SessionEnd | null = null

  constructor(options: GatewayOpenOptions, { socket, hello, payload }: Greeted) {
    this.#options = options
    this.#socket = socket
    this.facts = { host: options.route.host, ...hello.facts }
    this.deviceId = options.identity.id
    this.hello = payload
    this.deviceToken = hello.deviceToken
    this.#methods = new Set(hello.facts.methods)
    const onError = (error: unknown): void => options.log.error('a listener failed', { error: String(error) })
    this.#events = new Emitter(onError)
    this.#gaps = new Emitter(onError)
    this.#ends = new Emitter(onError)
    this.#silenceMs = 2 * hello.tickIntervalMs
    this.#lastAlive = options.clock.monotonic()
    socket.listen({
      text: (text) => this.#read(text),
      closed: (close) => this.#closed(close),
      alive: () => (this.#lastAlive = options.clock.monotonic()),
      pong: (id) => this.#probes.get(id)?.(),
    })
    this.#watchSilence(this.#silenceMs)
  }

  supports(method: string): boolean {
    return this.#methods.has(method)
  }

  onEvent(listener: (event: GatewayEvent) => void): Disposable {
    return this.#events.on(listener)
  }

  onGap(listener: () => void): Disposable {
    return this.#gaps.on(listener)
  }

  onClosed(listener: (end: SessionEnd) => void): Disposable {
    const subscription = this.#ends.on(listener)
    const end = this.#end
    if (end === null) return subscription
    // It ended before anyone could listen: tell, but not from within this call.
    let wanted = true
    queueMicrotask(() => {
      if (wanted) listener(end)
    })
    return disposable(() => {
      wanted = false
      subscription.dispose()
    })
  }

  request(method: string, params?: object, options: RequestOptions = {}): Promise<unknown> {
    if (this.#end !== null) return Promise.reject(new AppFailure(this.#end.error))
    const { signal, timeoutMs = defaultRequestTimeoutMs } = options
    if (signal?.aborted === true) return Promise.reject(abortReason(signal))
    const id = `r${++this.#lastId}`
    const text = requestText(id, method, params)
    // A frame over the limit is answered with a close without a word, so it must not leave.
    if (Buffer.byteLength(text) > this.facts.maxPayload)
      return Promise.reject(failure('rpc.too-large', { method }))

    return new Promise((resolve, reject) => {
      const things = new DisposableStore()
      const give = (error: Error): void => this.#settle(id, (pending) => pending.reject(error))
      things.add(this.#options.clock.after(timeoutMs, () => give(failure('rpc.timeout', { method }))))
      if (signal !== undefined) {
        const onAbort = (): void => give(abortReason(signal))
        signal.addEventListener('abort', onAbort, { once: true })
        things.add(disposable(() => signal.removeEventListener('abort', onAbort)))
      }
      this.#pending.set(id, { method, resolve, reject, things })
      this.#socket.send(text)
    })
  }

  probe(timeoutMs: number): Promise<number> {
    if (this.#end !== null) return Promise.reject(new AppFailure(this.#end.error))
    const { clock, route } = this.#options
    const id = `p${++this.#lastId}`
    const begun = clock.monotonic()
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        timer.dispose()
        ended.dispose()
        this.#probes.delete(id)
        action()
      }
      const timer = clock.after(timeoutMs, () =>
        settle(() => reject(failure('gateway.not-responding', { host: route.host, port: route.port }))),
      )
      const ended = this.#ends.on(({ error }) => settle(() => reject(new AppFailure(error))))
      this.#probes.set(id, () => settle(() => resolve(clock.monotonic() - begun)))
      this.#socket.ping(id)
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#socket.close(1000, 'bye')
    return this.#closing
  }

  #read(text: string): void {
    const frame = parseFrame(text)
    if (frame === null) {
      this.#options.log.debug('a frame was not understood', { bytes: text.length })
      return
    }
    switch (frame.type) {
      case 'res':
        this.#answer(frame)
        break
      case 'event':
        this.#event(frame)
        break
    }
  }

  #answer(frame: Frame & { type: 'res' }): void {
    this.#settle(frame.id, ({ method, resolve, reject }) => {
      if (frame.ok) resolve(frame.payload)
      else reject(rpcFailure(method, frame.error, this.supports(method)))
    })
  }

  #event({ event, payload, seq }: Frame & { type: 'event' }): void {
    if (seq !== null) {
      const lost = this.#lastSeq !== null && seq > this.#lastSeq + 1
      if (this.#lastSeq === null || seq > this.#lastSeq) this.#lastSeq = seq
      if (lost) this.#gaps.emit()
    }
    if (event === 'shutdown') this.#farewell = readFarewell(payload)
    this.#events.emit({ event, payload })
  }

  #settle(id: string, action: (pending: Pending) => void): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    pending.things.dispose()
    action(pending)
  }

  #watchSilence(ms: number): void {
    const { clock } = this.#options
    this.#silenceTimer = clock.after(ms, () => {
      const left = this.#lastAlive + this.#silenceMs - clock.monotonic()
      if (left > 0) this.#watchSilence(left)
      else this.#closed({ code: silentCloseCode, reason: 'tick timeout' })
    })
  }

  #closed(close: SocketClose): void {
    if (this.#end !== null) return
    const { route, log } = this.#options
    const own = this.#closing !== null
    const error = own
      ? appError('interrupted', {}, { detail: 'closed by us' })
      : closeFailure(close, { host: route.host, port: route.port }, this.#farewell).error
    this.#end = { error, own }
    log.info('the session ended', { code: close.code, own, error: error.code })
    this.#silenceTimer?.dispose()
    if (close.code === silentCloseCode) void this.#socket.close(silentCloseCode, 'tick timeout')
    for (const id of this.#pending.keys()) this.#settle(id, ({ reject }) => reject(new AppFailure(error)))
    this.#ends.emit(this.#end)
  }
}

function readFarewell(payload: unknown): Farewell {
  const { reason, restartExpectedMs } = recordOf(payload)
  return {
    reason: typeof reason === 'string' ? reason : null,
    restartExpectedMs: typeof restartExpectedMs === 'number' ? restartExpectedMs : null,
  }
}
