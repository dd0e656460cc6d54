import type { StageView } from '../../shared/model/connection.ts'
import type { GatewayPlace } from '../../shared/model/gateway.ts'
import { traitsOf } from '../../shared/error-codes.ts'
import type { AppError } from '../../shared/result.ts'
import { stageNames, type StageName } from '../../shared/stages.ts'
import { stageWords } from '../../shared/text/stages.ts'

/** Stages that a kind of gateway does not have. */
const skippedStages: Record<GatewayPlace['kind'], readonly StageName[]> = {
  ssh: [],
  direct: ['ssh', 'forward'],
  local: ['ssh', 'forward'],
}

/** The chain before anything happened. */
export function freshStages(kind: GatewayPlace['kind']): readonly StageView[] {
  const skipped = skippedStages[kind]
  return stageNames.map((name) => ({
    name,
    state: skipped.includes(name) ? 'skipped' : 'pending',
    since: null,
    ms: null,
    message: skipped.includes(name) ? stageWords.skipped : '',
    error: null,
  }))
}

const replace = (
  stages: readonly StageView[],
  name: StageName,
  next: (stage: StageView) => StageView,
): readonly StageView[] =>
  stages.map((stage) => (stage.name === name && stage.state !== 'skipped' ? next(stage) : stage))

/** A stage begins. */
export function startStage(
  stages: readonly StageView[],
  name: StageName,
  message: string,
  now: number,
): readonly StageView[] {
  return replace(stages, name, (stage) => ({
    ...stage,
    state: 'running',
    since: stage.state === 'running' ? stage.since : now,
    ms: null,
    message,
    error: null,
  }))
}

/** A stage is passed; `ms` is how long it ran. */
export function passStage(
  stages: readonly StageView[],
  name: StageName,
  message: string,
  now: number,
): readonly StageView[] {
  return replace(stages, name, (stage) => ({
    ...stage,
    state: 'ok',
    since: now,
    ms: stage.state === 'running' && stage.since !== null ? Math.max(0, now - stage.since) : 0,
    message,
    error: null,
  }))
}

/**
 * A stage broke. Those before it stand (they must have been passed for the error to be known), those after it are
 * pending again: nothing stays green behind a red one.
 */
export function breakStage(stages: readonly StageView[], error: AppError, now: number): readonly StageView[] {
  const broken = brokenStage(stages, error)
  const at = stageNames.indexOf(broken)
  return stages.map((stage, index) => {
    if (stage.state === 'skipped') return stage
    if (index < at) {
      const passed = stage.state === 'ok' || stage.state === 'pending'
      return passed ? stage : { ...stage, state: 'ok', since: now, ms: elapsed(stage, now), error: null }
    }
    if (index > at) return { ...stage, state: 'pending', since: null, ms: null, message: '', error: null }
    return {
      ...stage,
      state: traitsOf(error.code).kind === 'blocked' ? 'blocked' : 'failed',
      since: now,
      ms: elapsed(stage, now),
      message: error.message,
      error,
    }
  })
}

const elapsed = (stage: StageView, now: number): number =>
  stage.state === 'running' && stage.since !== null ? Math.max(0, now - stage.since) : 0

/** The stage an error belongs to; an error outside the chain breaks the stage that was running. */
function brokenStage(stages: readonly StageView[], error: AppError): StageName {
  const own = traitsOf(error.code).stage
  const has = (name: StageName): boolean =>
    stages.some((stage) => stage.name === name && stage.state !== 'skipped')
  if (own !== undefined && has(own)) return own
  if (own === 'forward' || own === 'ssh') return 'network'
  return (
    stages.find((stage) => stage.state === 'running')?.name ??
    stages.find((stage) => stage.state === 'pending')?.name ??
    'ready'
  )
}
