import type { ReactNode } from 'react'
import { useApp, useSnapshot } from '../../stores/app.ts'
import styles from './link.module.css'

const allowed: readonly string[] = ['http:', 'https:', 'mailto:']

/** The address if it may be opened, else an empty one. */
export function allowedUrl(url: string): string {
  return URL.canParse(url) && allowed.includes(new URL(url).protocol) ? url : ''
}

/**
 * A link out of the app: opened by the core, which vets it again; the page itself goes nowhere. Where the core cannot
 * open links, the browser that shows this page does.
 */
export function Link({
  href,
  children,
}: {
  readonly href: string | undefined
  readonly children?: ReactNode
}) {
  const { call } = useApp()
  const byCore = useSnapshot(({ app }) => app.can.openLinks)
  const url = allowedUrl(href ?? '')
  if (url === '') return <span>{children}</span>
  if (!byCore) {
    return (
      <a className={styles.link} href={url} title={url} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    )
  }
  const open = (event: React.MouseEvent): void => {
    event.preventDefault()
    void call('app.open-link', { url })
  }
  return (
    <a className={styles.link} href={url} title={url} onClick={open} onAuxClick={open} draggable={false}>
      {children}
    </a>
  )
}
