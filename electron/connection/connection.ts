import type { ConnectionView, LocalPortView } from '../../shared/model/connection.ts'
import type { GatewayPlace } from '../../shared/model/gateway.ts'
import { toAppError, type AppError } from '../../shared/result.ts'
import { failure } from '../../shared/result.ts'
import { stageWords } from '../../shared/text/stages.ts'
import type { GatewaySession } from '../gateway/session.ts'
import { DisposableStore, Emitter, type Disposable } from '../platform/disposable.ts'
import type { SshLink } from '../ssh/engine.ts'
import type { Asker } from './asker.ts'
import {
  gatewayHostOnServer,
  runAttempt,
  type AttemptRooms,
  type AttemptTarget,
  type LiveWay,
} from './attempt.ts'
import { watchLiveness, type Liveness } from './liveness.ts'
import { initialState, transition, type Effect, type MachineEvent, type MachineState } from './machine.ts'
import type { OpenPort, PortHandle } from './port.ts'

export interface ConnectionOptions {
  readonly gatewayId: string
  /** Read at the start of each attempt, so that an edit takes effect at the next one. */
  readonly target: () => AttemptTarget
  readonly place: GatewayPlace
  readonly rooms: AttemptRooms
  readonly asker: Asker
  /** Opens the optional loopback listener; null: this face opens none. */
  readonly openPort: OpenPort | null
  /** In [0, 1), for jitter. */
  readonly random: () => number
}

/** One gateway's link: carries out what the state machine decides, and owns every socket, timer and question of it. */
export interface Connection {
  view(): ConnectionView
  /** The live session; null unless ready. */
  session(): GatewaySession | null
  connect(): void
  disconnect(): Promise<void>
  retry(): void
  /** Probe now: the machine woke, or its network changed. A waiting link tries at once. */
  nudge(): void
  setWatched(watched: boolean): void
  /** Runs active on it; shown in the view, and watched more closely while there are some. */
  setActiveRuns(count: number): void
  onChange(listener: () => void): Disposable
  /** A session became ready (non-null) or is gone (null). */
  onSession(listener: (session: GatewaySession | null) => void): Disposable
  /** Disconnects and lets go of everything; nothing of it is left when this resolves. */
  close(): Promise<void>
}

export function createConnection(options: ConnectionOptions): Connection {
  return new LinkSupervisor(options)
}

class LinkSupervisor implements Connection {
  readonly #options: ConnectionOptions
  readonly #changed: Emitter<void>
  readonly #sessions: Emitter<GatewaySession | null>
  #state: MachineState
  #attempt: AbortController | null = null
  #questions: AbortController | null = null
  #timer: Disposable | null = null
  #link: SshLink | null = null
  #linkWatch: Disposable | null = null
  #live: LiveWay | null = null
  #liveThings = new DisposableStore()
  #liveness: Liveness | null = null
  #latency: ConnectionView['latency'] = null
  #port: PortHandle | null = null
  #portView: LocalPortView = { state: 'off' }
  #activeRuns = 0
  #watched = false
  /** Everything being closed in the background; close() waits for it. */
  readonly #closing = new Set<Promise<unknown>>()

  constructor(options: ConnectionOptions) {
    this.#options = options
    const onError = (error: unknown): void =>
      options.rooms.log.error('a listener failed', { error: String(error) })
    this.#changed = new Emitter<void>(onError)
    this.#sessions = new Emitter<GatewaySession | null>(onError)
    this.#state = initialState(options.place.kind, options.rooms.clock.now())
  }

  view(): ConnectionView {
    const { phase, since, attempt, stages, error, retryAt } = this.#state
    const link = this.#link
    return {
      gatewayId: this.#options.gatewayId,
      phase,
      since,
      attempt,
      stages,
      error,
      retryAt,
      engine: link === null ? null : { name: link.engine, reason: link.engineReason },
      localPort: this.#portView,
      gateway: this.#live?.session.facts ?? null,
      latency: this.#latency,
      activeRuns: this.#activeRuns,
    }
  }

  session(): GatewaySession | null {
    return this.#state.phase === 'ready' ? (this.#live?.session ?? null) : null
  }

  connect(): void {
    this.#dispatch({ type: 'connect' })
  }

  async disconnect(): Promise<void> {
    this.#dispatch({ type: 'disconnect' })
    await this.#settle()
  }

  retry(): void {
    this.#dispatch({ type: 'retry' })
  }

  nudge(): void {
    const { phase, error } = this.#state
    // A server that keeps us out for a while is left in peace, whatever else happened.
    if (phase === 'waiting' && error?.code !== 'ssh.reset-before-banner') this.#dispatch({ type: 'retry' })
    else this.#liveness?.nudge()
  }

  setWatched(watched: boolean): void {
    this.#watched = watched
    this.#paceLiveness()
  }

  setActiveRuns(count: number): void {
    if (this.#activeRuns === count) return
    this.#activeRuns = count
    this.#paceLiveness()
    this.#changed.emit()
  }

  onChange(listener: () => void): Disposable {
    return this.#changed.on(listener)
  }

  onSession(listener: (session: GatewaySession | null) => void): Disposable {
    return this.#sessions.on(listener)
  }

  async close(): Promise<void> {
    this.#dispatch({ type: 'disconnect' })
    await this.#settle()
  }

  #dispatch(event: MachineEvent): void {
    const { clock, log } = this.#options.rooms
    const before = this.#state
    const { state, effects } = transition(before, event, { now: clock.now(), random: this.#options.random() })
    this.#state = state
    if (state.phase !== before.phase) {
      log.info(`${before.phase} -> ${state.phase}`, {
        gateway: this.#options.gatewayId,
        attempt: state.attempt,
        code: state.error?.code ?? null,
      })
    }
    for (const effect of effects) this.#apply(effect)
    if (
      state.phase === 'blocked' &&
      (before.phase !== 'blocked' || before.error?.code !== state.error?.code)
    ) {
      this.#ask(state.error)
    } else if (state.phase !== 'blocked') {
      this.#questions?.abort()
      this.#questions = null
    }
    if (state !== before) this.#changed.emit()
  }

  #apply(effect: Effect): void {
    const { clock } = this.#options.rooms
    switch (effect.type) {
      case 'start':
        this.#later(this.#run(effect.generation))
        break
      case 'stop':
        this.#stop(effect.keepSignIn)
        break
      case 'schedule':
        this.#timer?.dispose()
        this.#timer = clock.after(effect.ms, () =>
          this.#dispatch({ type: 'timer', generation: effect.generation }),
        )
        break
      case 'watch-health':
        this.#timer?.dispose()
        this.#timer = clock.after(effect.ms, () =>
          this.#dispatch({ type: 'healthy', generation: effect.generation }),
        )
        break
    }
  }

  async #run(generation: number): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    const target = this.#options.target()
    const failed = (error: AppError): void => this.#dispatch({ type: 'failed', generation, error })
    try {
      const live = await runAttempt(
        target,
        { ...this.#options.rooms, prompter: this.#options.asker.ssh },
        {
          signal: attempt.signal,
          keptLink: this.#link,
          onSshLink: (link) => {
            if (attempt.signal.aborted) this.#later(link.close())
            else this.#keepLink(link)
          },
          onStage: (stage, state, message) =>
            this.#dispatch({ type: 'stage', generation, stage, state, message }),
        },
      )
      if (attempt.signal.aborted) {
        this.#later(live.session.close())
        return
      }
      this.#goLive(generation, live, failed)
    } catch (thrown) {
      if (!attempt.signal.aborted) failed(toAppError(thrown))
    }
  }

  #keepLink(link: SshLink): void {
    this.#link = link
    this.#linkWatch = link.onClosed((reason) => {
      if (this.#link !== link) return
      this.#dropLink()
      const { host, port } = link.resolved
      this.#dispatch({
        type: 'failed',
        generation: this.#state.generation,
        error: failure('ssh.lost', { host, port, reason }).error,
      })
    })
  }

  #goLive(generation: number, live: LiveWay, failed: (error: AppError) => void): void {
    const { session } = live
    const { clock } = this.#options.rooms
    this.#live = live
    const things = new DisposableStore()
    this.#liveThings = things
    things.add(
      session.onClosed(({ error, own }) => {
        if (own) return
        // The SSH connection's own end comes with the channel's: let it speak first, it is the true cause.
        setImmediate(() => failed(error))
      }),
    )
    this.#liveness = things.add(
      watchLiveness({
        clock,
        bytesReceived: live.bytesReceived,
        probe: (timeoutMs) => session.probe(timeoutMs),
        onLatency: (ms) => {
          this.#latency = { ms, at: clock.now() }
          this.#changed.emit()
        },
        onDead: () => {
          // A dead peer cannot be asked to close: the whole sign-in goes.
          const link = this.#link
          this.#dropLink()
          if (link !== null) this.#later(link.close())
          const host = link?.resolved.host ?? this.#options.target().name
          failed(failure(link === null ? 'gateway.not-responding' : 'ssh.not-responding', { host }).error)
        },
      }),
    )
    this.#paceLiveness()
    this.#liveness.nudge()
    this.#dispatch({ type: 'ready', generation, message: stageWords.ready(session.facts.version) })
    this.#later(this.#openPort())
    this.#sessions.emit(session)
  }

  async #openPort(): Promise<void> {
    const { place, openPort } = this.#options
    if (openPort === null || this.#port !== null || place.kind !== 'ssh' || place.localPort.mode === 'off')
      return
    const port = await openPort({
      choice: place.localPort,
      openChannel: async (signal) => {
        const link = this.#link
        if (link === null) throw failure('link.down', { name: this.#options.target().name })
        return link.openChannel(gatewayHostOnServer, place.remotePort, signal)
      },
      log: this.#options.rooms.log.child('port'),
    })
    if (this.#state.phase === 'idle') {
      await port.close()
      return
    }
    this.#port = port
    this.#portView = port.view
    this.#changed.emit()
  }

  #stop(keepSignIn: boolean): void {
    this.#timer?.dispose()
    this.#timer = null
    this.#attempt?.abort(failure('interrupted'))
    this.#attempt = null
    this.#liveThings.dispose()
    this.#liveness = null
    const live = this.#live
    this.#live = null
    this.#latency = null
    if (live !== null) {
      this.#sessions.emit(null)
      this.#later(live.session.close())
    }
    if (!keepSignIn) {
      const link = this.#link
      this.#dropLink()
      if (link !== null) this.#later(link.close())
    }
    if (this.#state.phase === 'idle') {
      const port = this.#port
      this.#port = null
      this.#portView = { state: 'off' }
      if (port !== null) this.#later(port.close())
    }
  }

  #dropLink(): void {
    this.#linkWatch?.dispose()
    this.#linkWatch = null
    this.#link = null
  }

  #paceLiveness(): void {
    this.#liveness?.setWatched(this.#watched || this.#activeRuns > 0)
  }

  /** Raises the question that goes with a blocked link, where there is one; a yes tries again. */
  #ask(error: AppError | null): void {
    this.#questions?.abort()
    const questions = new AbortController()
    this.#questions = questions
    const question = error === null ? null : this.#questionFor(error, questions.signal)
    if (question === null) return
    this.#later(
      question.then((again) => {
        if (again && !questions.signal.aborted) this.#dispatch({ type: 'retry' })
      }),
    )
  }

  #questionFor(error: AppError, signal: AbortSignal): Promise<boolean> | null {
    const { asker, rooms } = this.#options
    const host = this.#options.target().name
    switch (error.code) {
      case 'auth.token-missing':
      case 'auth.password-missing':
      case 'auth.token-wrong':
      case 'auth.password-wrong':
      case 'auth.redacted-token':
      case 'auth.device-refused':
        return asker.gatewaySecret(
          {
            secret: error.code.startsWith('auth.password') ? 'password' : 'token',
            host,
            again: !error.code.endsWith('-missing'),
          },
          signal,
        )
      case 'pairing.required':
      case 'pairing.scope-upgrade':
      case 'pairing.metadata-changed':
      case 'pairing.role-upgrade':
        return rooms.identity().then((identity) =>
          asker.pairing(
            {
              requestId: /approve (\S+)/.exec(error.command ?? '')?.[1] ?? null,
              deviceId: identity.id,
              command: error.command ?? '',
              reason: error.message,
            },
            signal,
          ),
        )
      default:
        return null
    }
  }

  #later(work: Promise<unknown>): void {
    const done = work
      .catch((error: unknown) =>
        this.#options.rooms.log.warn('background work failed', { code: toAppError(error).code }),
      )
      .finally(() => this.#closing.delete(done))
    this.#closing.add(done)
  }

  /** Resolves when everything that was being closed is gone. */
  async #settle(): Promise<void> {
    this.#questions?.abort()
    while (this.#closing.size > 0) await Promise.all(this.#closing)
  }
}
