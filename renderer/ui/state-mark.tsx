import styles from './state-mark.module.css'
import { cx } from './cx.ts'
import type { Mark } from './mark.ts'

const shapes: Record<Mark, React.ReactNode> = {
  ready: <circle cx="8" cy="8" r="5" fill="currentColor" />,
  ok: <path d="M3.5 8.5 6.5 11.5 12.5 4.5" />,
  busy: (
    <>
      <circle cx="8" cy="8" r="5" opacity="0.3" />
      <path d="M8 3a5 5 0 0 1 5 5" className={styles.turning} />
    </>
  ),
  waiting: <circle cx="8" cy="8" r="5" strokeDasharray="2.2 3.03" />,
  stopped: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="currentColor" stroke="none" />
      <path d="M8 4.8v3.8" className={styles.cut} />
      <circle cx="8" cy="11" r="0.95" className={styles.dot} />
    </>
  ),
  failed: <path d="m4.2 4.2 7.6 7.6m0-7.6-7.6 7.6" />,
  idle: <circle cx="8" cy="8" r="5" />,
  skipped: <path d="M5 8h6" />,
}

const tones: Record<Mark, string | undefined> = {
  ready: styles.ready,
  ok: styles.ready,
  busy: styles.busy,
  waiting: styles.busy,
  stopped: styles.stopped,
  failed: styles.busy,
  idle: styles.idle,
  skipped: styles.idle,
}

export function StateMark({ mark, size = 16 }: { readonly mark: Mark; readonly size?: number }) {
  return (
    <svg
      className={cx(styles.mark, tones[mark])}
      data-mark={mark}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      {shapes[mark]}
    </svg>
  )
}
