import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'
import styles from './full-page.module.css'

export interface FullPageProps {
  readonly icon: ReactNode
  readonly title: string
  readonly children?: ReactNode
  /** Appears after a moment only, so that what takes no time does not flicker. */
  readonly late?: boolean
}

/** A page with one message and nothing else. */
export function FullPage({ icon, title, children, late = false }: FullPageProps) {
  return (
    <main className={cx(styles.page, late && styles.late)}>
      <div className={styles.body}>
        {icon}
        <h1 className={styles.title}>{title}</h1>
        {children}
      </div>
    </main>
  )
}
