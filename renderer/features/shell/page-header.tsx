import { Menu } from 'lucide-react'
import type { ReactNode } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { IconButton } from '../../ui/button.tsx'
import styles from './page-header.module.css'
import { useNarrow } from './use-narrow.ts'

/** The head of a page: its title, and at the right what belongs to it. Narrow windows open the drawer from here. */
export function PageHeader({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  const { ui } = useApp()
  const narrow = useNarrow()
  return (
    <header className={styles.header}>
      {narrow && (
        <IconButton label={text.app.menu} onClick={() => ui.setDrawer(true)}>
          <Menu size={18} aria-hidden />
        </IconButton>
      )}
      <h1 className={styles.title} title={title}>
        {title}
      </h1>
      <div className={styles.right}>{children}</div>
    </header>
  )
}
