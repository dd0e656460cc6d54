import type { StageView } from '../../../shared/model/connection.ts'
import type { StageState } from '../../../shared/stages.ts'
import type { AppError } from '../../../shared/result.ts'
import { text } from '../../../shared/text/pages.ts'
import { span, took } from '../../ui/format.ts'
import { shortly } from './link-line.ts'
import type { Mark } from '../../ui/mark.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './stage-chain.module.css'
import { cx } from '../../ui/cx.ts'

const marks: Record<StageState, Mark> = {
  pending: 'idle',
  running: 'busy',
  ok: 'ok',
  failed: 'failed',
  blocked: 'stopped',
  skipped: 'skipped',
}

export interface StageChainProps {
  readonly stages: readonly StageView[]
  readonly label: string
  /** An error that is told in full beside the chain: its stage says it shortly. */
  readonly told?: AppError | null
}

/** The stages of a link, each with its own state, words and age. Stages this gateway does not have are left out. */
export function StageChain({ stages, label, told = null }: StageChainProps) {
  return (
    <ol className={styles.chain} aria-label={label}>
      {stages
        .filter((stage) => stage.state !== 'skipped')
        .map((stage) => (
          <StageRow
            key={stage.name}
            stage={stage}
            told={stage.error !== null && stage.error.code === told?.code}
          />
        ))}
    </ol>
  )
}

function StageRow({ stage, told }: { readonly stage: StageView; readonly told: boolean }) {
  const words = stage.error === null ? stage.message : told ? shortly(stage.error) : stage.error.message
  return (
    <li className={cx(styles.row, styles[stage.state])} data-stage={stage.name} data-state={stage.state}>
      <StateMark mark={marks[stage.state]} />
      <span className={styles.name}>{text.link.stage[stage.name]}</span>
      <span className={styles.message}>
        <span className="hidden-visually">{text.link.stageState[stage.state]}: </span>
        {words}
      </span>
      <StageTime stage={stage} />
    </li>
  )
}

/** How long it took, or how long it has been so: whichever tells more. */
function StageTime({ stage }: { readonly stage: StageView }) {
  const now = useNow()
  if (stage.state === 'ok' && stage.ms !== null) return <span className={styles.time}>{took(stage.ms)}</span>
  if (stage.state === 'pending' || stage.since === null) return <span className={styles.time} />
  return <span className={styles.time}>{span(now - stage.since)}</span>
}
