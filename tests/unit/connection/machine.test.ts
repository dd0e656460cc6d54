import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  initialState,
  transition,
  type Effect,
  type MachineEvent,
  type MachineState,
} from '../../../electron/connection/machine.ts'
import { errorCodes, traitsOf, type ErrorCode } from '../../../shared/error-codes.ts'
import { appError } from '../../../shared/result.ts'
import { stageNames } from '../../../shared/stages.ts'

const context = { now: 1000, random: 1 - Number.EPSILON }

function drive(events: readonly MachineEvent[], start = initialState('ssh', 0)) {
  const effects: Effect[] = []
  let state = start
  for (const event of events) {
    const next = transition(state, event, context)
    state = next.state
    effects.push(...next.effects)
  }
  return { state, effects }
}
const failed = (code: ErrorCode, generation = 1, retryAfterMs?: number): MachineEvent => ({
  type: 'failed',
  generation,
  error: appError(code, {}, { retryAfterMs }),
})
const stateOf = (state: MachineState, name: string) =>
  state.stages.find((stage) => stage.name === name)?.state

describe('the state machine of a link', () => {
  it('goes from idle to ready and shows every stage', () => {
    const { state, effects } = drive([
      { type: 'connect' },
      { type: 'stage', generation: 1, stage: 'network', state: 'running', message: '' },
      { type: 'stage', generation: 1, stage: 'network', state: 'ok', message: 'h:22' },
      { type: 'stage', generation: 1, stage: 'ssh', state: 'running', message: '' },
      { type: 'ready', generation: 1, message: 'ready' },
    ])
    expect(state.phase).toBe('ready')
    expect(state.stages.every((stage) => stage.state === 'ok')).toBe(true)
    expect(effects.map((effect) => effect.type)).toEqual(['stop', 'start', 'watch-health'])
  })

  it('retries a transient failure with a countdown, and keeps the sign-in behind a gateway that is down', () => {
    const { state, effects } = drive([{ type: 'connect' }, failed('forward.nothing-listening')])
    expect(state.phase).toBe('waiting')
    expect(state.retryAt).toBe(1500)
    expect(stateOf(state, 'ssh')).toBe('pending')
    expect(stateOf(state, 'forward')).toBe('failed')
    expect(effects.at(-2)).toEqual({ type: 'stop', keepSignIn: true })
    expect(effects.at(-1)).toEqual({ type: 'schedule', generation: 1, ms: 500 })
  })

  it('gives the sign-in up when SSH itself is lost', () => {
    const { effects } = drive([
      { type: 'connect' },
      { type: 'ready', generation: 1, message: '' },
      failed('ssh.lost'),
    ])
    expect(effects.filter((effect) => effect.type === 'stop').at(-1)).toEqual({
      type: 'stop',
      keepSignIn: false,
    })
  })

  it('nothing stays green behind a red stage', () => {
    const { state } = drive([
      { type: 'connect' },
      { type: 'ready', generation: 1, message: '' },
      failed('ssh.lost'),
    ])
    expect(state.stages.map((stage) => stage.state)).toEqual([
      'ok',
      'failed',
      'pending',
      'pending',
      'pending',
      'pending',
      'pending',
    ])
  })

  it('stops and asks when a person is needed', () => {
    const { state, effects } = drive([{ type: 'connect' }, failed('ssh.host-key-changed')])
    expect(state.phase).toBe('blocked')
    expect(state.retryAt).toBeNull()
    expect(effects.some((effect) => effect.type === 'schedule')).toBe(false)
  })

  it('polls a pairing quietly and becomes ready when it is approved', () => {
    const blocked = drive([{ type: 'connect' }, failed('pairing.required')])
    expect(blocked.effects.at(-1)).toMatchObject({ type: 'schedule' })
    const polling = transition(blocked.state, { type: 'timer', generation: 1 }, context)
    expect(polling.state.phase).toBe('blocked')
    expect(polling.effects.at(-1)).toEqual({ type: 'start', generation: 2 })
    const unseen = drive(
      [{ type: 'stage', generation: 2, stage: 'network', state: 'running', message: '' }],
      polling.state,
    )
    expect(stateOf(unseen.state, 'pairing')).toBe('blocked')
    expect(drive([{ type: 'ready', generation: 2, message: '' }], polling.state).state.phase).toBe('ready')
  })

  it('waits at least 30 s after a reset before the banner', () => {
    const { state } = drive([{ type: 'connect' }, failed('ssh.reset-before-banner')])
    expect((state.retryAt ?? 0) - 1000).toBeGreaterThanOrEqual(30_000)
  })

  it('honours the wait a starting gateway asks for', () => {
    const { state } = drive([{ type: 'connect' }, failed('gateway.starting', 1, 500)])
    expect(state.retryAt).toBe(1500)
  })

  it('ignores what a stale attempt reports', () => {
    const { state } = drive([
      { type: 'connect' },
      { type: 'disconnect' },
      { type: 'connect' },
      { type: 'ready', generation: 1, message: 'stale' },
      failed('auth.token-wrong', 1),
    ])
    expect(state.phase).toBe('connecting')
    expect(state.generation).toBe(3)
  })

  it('a report that comes after ready changes nothing', () => {
    const { state } = drive([
      { type: 'connect' },
      { type: 'ready', generation: 1, message: '' },
      { type: 'stage', generation: 1, stage: 'ssh', state: 'running', message: 'late' },
    ])
    expect(stateOf(state, 'ssh')).toBe('ok')
  })

  it('starts the backoff anew after 30 s of health', () => {
    const grown = drive([
      { type: 'connect' },
      failed('network.refused', 1),
      { type: 'timer', generation: 1 },
      failed('network.refused', 2),
      { type: 'timer', generation: 2 },
      { type: 'ready', generation: 3, message: '' },
    ])
    expect(drive([failed('ssh.lost', 3)], grown.state).state.retryAt).toBe(3000)
    const healthy = drive([{ type: 'healthy', generation: 3 }, failed('ssh.lost', 3)], grown.state)
    expect(healthy.state.retryAt).toBe(1250)
  })

  it('skips ssh and forward on a direct link, and puts every error on a stage it has', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const { state } = drive([{ type: 'connect' }, failed(code)], initialState('direct', 0))
      const broken = state.stages.filter((stage) => stage.state === 'failed' || stage.state === 'blocked')
      expect(broken, code).toHaveLength(1)
      expect(stateOf(state, 'ssh'), code).toBe('skipped')
    }
  })

  it('holds its promises under any sequence of events', () => {
    const generation = fc.integer({ min: 0, max: 12 })
    const event = fc.oneof(
      fc.constant<MachineEvent>({ type: 'connect' }),
      fc.constant<MachineEvent>({ type: 'disconnect' }),
      fc.constant<MachineEvent>({ type: 'retry' }),
      generation.map((g): MachineEvent => ({ type: 'timer', generation: g })),
      generation.map((g): MachineEvent => ({ type: 'healthy', generation: g })),
      generation.map((g): MachineEvent => ({ type: 'ready', generation: g, message: '' })),
      fc
        .tuple(generation, fc.constantFrom(...(Object.keys(errorCodes) as ErrorCode[])))
        .map(([g, code]) => failed(code, g)),
      fc
        .tuple(generation, fc.constantFrom(...stageNames), fc.constantFrom('running' as const, 'ok' as const))
        .map(([g, stage, state]): MachineEvent => ({
          type: 'stage',
          generation: g,
          stage,
          state,
          message: '',
        })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let state = initialState('ssh', 0)
        let running: number | null = null
        for (const next of events) {
          const before = state
          const result = transition(state, next, context)
          state = result.state
          for (const effect of result.effects) {
            if (effect.type === 'stop') running = null
            if (effect.type === 'start') {
              expect(running, 'an attempt starts only after the old one was stopped').toBeNull()
              running = effect.generation
            }
          }
          expect(state.generation).toBeGreaterThanOrEqual(before.generation)
          expect(state.retryAt !== null).toBe(state.phase === 'waiting')
          if (state.phase === 'ready') expect(state.stages.every((stage) => stage.state === 'ok')).toBe(true)
          if (state.phase === 'waiting')
            expect(traitsOf(state.error?.code ?? 'internal').kind).toBe('transient')
          if (state.phase === 'idle') expect(running).toBeNull()
          if (before.phase === 'blocked' && state.phase === 'connecting') expect(next.type).toBe('retry')
        }
      }),
      { numRuns: 2000 },
    )
  })
})
