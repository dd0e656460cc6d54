import type { ReactNode } from 'react'
import type { AppError } from '../../shared/result.ts'
import { text } from '../../shared/text/pages.ts'
import { CommandLine } from './command-line.tsx'
import styles from './error-note.module.css'
import { cx } from './cx.ts'
import { StateMark } from './state-mark.tsx'

export interface ErrorNoteProps {
  readonly error: AppError
  /** In front of the message: what did not work. */
  readonly title?: string
  /** Buttons of the way on. */
  readonly children?: ReactNode
  /** `patience`: it may heal by itself · `stopped`: it needs a person. */
  readonly tone?: 'patience' | 'stopped'
}

/** An error as a person should meet it: what happened, the one next step, and the details for the curious. */
export function ErrorNote({ error, title, children, tone = 'stopped' }: ErrorNoteProps) {
  return (
    <div className={cx(styles.note, styles[tone])}>
      <StateMark mark={tone === 'stopped' ? 'stopped' : 'waiting'} />
      <div className={styles.body}>
        <p className={styles.message}>
          {title !== undefined && <strong>{title} </strong>}
          {error.message}
        </p>
        <p>{error.next}</p>
        {error.command !== undefined && <CommandLine command={error.command} />}
        {children !== undefined && <div className={styles.actions}>{children}</div>}
        <ErrorDetails error={error} />
      </div>
    </div>
  )
}

/** The technical side of an error, folded. */
export function ErrorDetails({ error }: { readonly error: AppError }) {
  return (
    <details className={styles.details}>
      <summary>{text.link.technical}</summary>
      <p>{text.link.code(error.code)}</p>
      {error.detail !== undefined && <pre className={styles.detail}>{error.detail}</pre>}
    </details>
  )
}
