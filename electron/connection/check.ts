import type { StageView } from '../../shared/model/connection.ts'
import { toAppError, type AppError } from '../../shared/result.ts'
import type { GatewaySession } from '../gateway/session.ts'
import type { SshLink } from '../ssh/engine.ts'
import { runAttempt, type AttemptRooms, type AttemptTarget } from './attempt.ts'
import { stageWords } from '../../shared/text/stages.ts'
import { breakStage, freshStages, passStage, startStage } from './stages.ts'

export interface OneWay {
  readonly stages: readonly StageView[]
  readonly error: AppError | null
  readonly session: GatewaySession | null
  readonly link: SshLink | null
  /** Ends the session and the sign-in, whatever there is of them. */
  close(): Promise<void>
}

/**
 * Goes the way to a gateway once, apart from any supervised link: for the check, and for command-line verbs that do
 * one thing and leave. Never rejects: the broken stage tells. Whoever calls closes it.
 */
export async function goOnce(
  target: AttemptTarget,
  rooms: AttemptRooms,
  signal: AbortSignal,
  onStages: (stages: readonly StageView[]) => void = () => {},
  keptLink: SshLink | null = null,
): Promise<OneWay> {
  let stages = freshStages(target.place.kind)
  let link: SshLink | null = keptLink
  let session: GatewaySession | null = null
  let error: AppError | null = null
  const { clock } = rooms
  const show = (next: readonly StageView[]): void => {
    stages = next
    onStages(next)
  }
  try {
    const live = await runAttempt(target, rooms, {
      signal,
      keptLink,
      onSshLink: (made) => {
        link = made
      },
      onStage: (stage, state, message) => {
        const move = state === 'running' ? startStage : passStage
        show(move(stages, stage, message, clock.now()))
      },
    })
    session = live.session
    show(passStage(stages, 'ready', stageWords.ready(session.facts.version), clock.now()))
  } catch (thrown) {
    error = toAppError(signal.aborted ? signal.reason : thrown)
    show(breakStage(stages, error, clock.now()))
  }
  return {
    stages,
    error,
    session,
    link,
    async close() {
      await session?.close()
      await link?.close()
    },
  }
}
