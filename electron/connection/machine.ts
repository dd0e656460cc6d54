import type { ConnectionPhase, StageView } from '../../shared/model/connection.ts'
import type { GatewayPlace } from '../../shared/model/gateway.ts'
import { traitsOf } from '../../shared/error-codes.ts'
import type { AppError } from '../../shared/result.ts'
import type { StageName } from '../../shared/stages.ts'
import { retryDelay } from './backoff.ts'
import { breakStage, freshStages, passStage, startStage } from './stages.ts'

/** How long a link must stand before the next failure starts the backoff from its beginning, in ms. */
const healthyAfterMs = 30_000
/** While a pairing waits for approval, the gateway is asked again this often, in ms. */
const pairingPollMs = 10_000

/** The state of one link. Pure data: the supervisor owns the sockets. */
export interface MachineState {
  readonly kind: GatewayPlace['kind']
  readonly phase: ConnectionPhase
  readonly since: number
  /** Number of the current attempt, ever growing. What an older one reports is stale and changes nothing. */
  readonly generation: number
  /** Attempts since the last health or the user's last click. */
  readonly attempt: number
  readonly stages: readonly StageView[]
  readonly error: AppError | null
  readonly retryAt: number | null
  /** True while an attempt runs that a person need not watch: the poll of a pairing. */
  readonly quiet: boolean
}

export type MachineEvent =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect' }
  /** The user's "Try now", or an answered question. */
  | { readonly type: 'retry' }
  | {
      readonly type: 'stage'
      readonly generation: number
      readonly stage: StageName
      readonly state: 'running' | 'ok'
      readonly message: string
    }
  | { readonly type: 'ready'; readonly generation: number; readonly message: string }
  /** The attempt failed, or the link it made was lost. */
  | { readonly type: 'failed'; readonly generation: number; readonly error: AppError }
  | { readonly type: 'timer'; readonly generation: number }
  | { readonly type: 'healthy'; readonly generation: number }

/** What the supervisor must do after a transition. */
export type Effect =
  | { readonly type: 'start'; readonly generation: number }
  /**
   * Abort the running attempt and end the session, whatever there is. The SSH sign-in is kept where the trouble lies
   * behind it, so that nobody is asked for a one-time code again because a gateway restarted.
   */
  | { readonly type: 'stop'; readonly keepSignIn: boolean }
  | { readonly type: 'schedule'; readonly generation: number; readonly ms: number }
  | { readonly type: 'watch-health'; readonly generation: number; readonly ms: number }

export interface Transition {
  readonly state: MachineState
  readonly effects: readonly Effect[]
}

export interface MachineContext {
  readonly now: number
  /** In [0, 1), for jitter. */
  readonly random: number
}

/** A link nobody wants yet. */
export function initialState(kind: GatewayPlace['kind'], now: number): MachineState {
  return {
    kind,
    phase: 'idle',
    since: now,
    generation: 0,
    attempt: 0,
    stages: freshStages(kind),
    error: null,
    retryAt: null,
    quiet: false,
  }
}

/** The whole behaviour of a link: from a state and an event to the next state and what has to be done. */
export function transition(state: MachineState, event: MachineEvent, context: MachineContext): Transition {
  switch (event.type) {
    case 'connect':
      return state.phase === 'idle' ? begin(state, 1, context) : stay(state)
    case 'disconnect':
      return state.phase === 'idle' ? stay(state) : disconnect(state, context)
    case 'retry':
      return state.phase === 'waiting' || state.phase === 'blocked' ? begin(state, 1, context) : stay(state)
    case 'stage':
      return event.generation === state.generation && state.phase === 'connecting'
        ? stage(state, event, context)
        : stay(state)
    case 'ready':
      return isStale(state, event.generation) ? stay(state) : ready(state, event, context)
    case 'failed':
      return isStale(state, event.generation) ? stay(state) : failed(state, event.error, context)
    case 'timer':
      return event.generation === state.generation ? timer(state, context) : stay(state)
    case 'healthy':
      return event.generation === state.generation && state.phase === 'ready'
        ? { state: { ...state, attempt: 0 }, effects: [] }
        : stay(state)
  }
}

const stay = (state: MachineState): Transition => ({ state, effects: [] })

/** An attempt's reports count only while it is the current one and still under way (or ready). */
const isStale = (state: MachineState, generation: number): boolean =>
  generation !== state.generation || (state.phase !== 'connecting' && state.phase !== 'ready' && !state.quiet)

function begin(state: MachineState, attempt: number, { now }: MachineContext): Transition {
  const generation = state.generation + 1
  return {
    state: {
      ...state,
      phase: 'connecting',
      since: now,
      generation,
      attempt,
      stages: freshStages(state.kind),
      error: null,
      retryAt: null,
      quiet: false,
    },
    effects: [
      { type: 'stop', keepSignIn: true },
      { type: 'start', generation },
    ],
  }
}

function disconnect(state: MachineState, { now }: MachineContext): Transition {
  return {
    state: { ...initialState(state.kind, now), generation: state.generation + 1 },
    effects: [{ type: 'stop', keepSignIn: false }],
  }
}

function stage(
  state: MachineState,
  event: Extract<MachineEvent, { type: 'stage' }>,
  { now }: MachineContext,
): Transition {
  const move = event.state === 'running' ? startStage : passStage
  return { state: { ...state, stages: move(state.stages, event.stage, event.message, now) }, effects: [] }
}

function ready(
  state: MachineState,
  event: Extract<MachineEvent, { type: 'ready' }>,
  { now }: MachineContext,
): Transition {
  const stages = state.stages.map((view) =>
    view.state === 'skipped' || view.state === 'ok'
      ? view
      : { ...view, state: 'ok' as const, since: now, ms: view.ms ?? 0, error: null },
  )
  return {
    state: {
      ...state,
      phase: 'ready',
      since: now,
      stages: passStage(stages, 'ready', event.message, now),
      error: null,
      retryAt: null,
      quiet: false,
    },
    effects: [{ type: 'watch-health', generation: state.generation, ms: healthyAfterMs }],
  }
}

function failed(state: MachineState, error: AppError, context: MachineContext): Transition {
  const { now } = context
  const stop: Effect = { type: 'stop', keepSignIn: !isBelowForward(error) }
  // A poll of a pairing that fails for another reason must not hide what the user still has to do.
  if (state.quiet && traitsOf(error.code).stage !== 'pairing' && traitsOf(error.code).kind === 'transient') {
    return {
      state: { ...state, quiet: false },
      effects: [stop, { type: 'schedule', generation: state.generation, ms: pairingPollMs }],
    }
  }
  const stages = breakStage(state.stages, error, now)
  if (traitsOf(error.code).kind === 'blocked') {
    const since = state.quiet ? state.since : now
    const blocked: MachineState = {
      ...state,
      phase: 'blocked',
      since,
      stages,
      error,
      retryAt: null,
      quiet: false,
    }
    const poll: readonly Effect[] =
      traitsOf(error.code).stage === 'pairing' && error.code !== 'pairing.rejected'
        ? [{ type: 'schedule', generation: state.generation, ms: pairingPollMs }]
        : []
    return { state: blocked, effects: [stop, ...poll] }
  }
  // A link that stood long enough has attempt 0, so its first retry comes at once.
  const attempt = Math.max(1, state.phase === 'ready' && state.attempt === 0 ? 1 : state.attempt)
  const ms = retryDelay(error, attempt, context.random)
  return {
    state: {
      ...state,
      phase: 'waiting',
      since: now,
      attempt,
      stages,
      error,
      retryAt: now + ms,
      quiet: false,
    },
    effects: [stop, { type: 'schedule', generation: state.generation, ms }],
  }
}

function timer(state: MachineState, context: MachineContext): Transition {
  if (state.phase === 'waiting') return begin(state, state.attempt + 1, context)
  if (state.phase !== 'blocked') return stay(state)
  const generation = state.generation + 1
  return {
    state: { ...state, generation, quiet: true },
    effects: [
      { type: 'stop', keepSignIn: true },
      { type: 'start', generation },
    ],
  }
}

/** Trouble of the network or of SSH itself: the sign-in is gone with it. */
function isBelowForward(error: AppError): boolean {
  const stage = traitsOf(error.code).stage
  return stage === 'network' || stage === 'ssh'
}
