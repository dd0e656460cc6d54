import { useEffect, useEffectEvent, useId, useRef, type ReactNode } from 'react'
import styles from './dialog.module.css'
import { cx } from './cx.ts'

export interface DialogProps {
  readonly title: string
  /** Esc, and every other way of not answering. */
  readonly onDismiss: () => void
  readonly children: ReactNode
  /** Above the title, small: what it is about. */
  readonly about?: ReactNode
  readonly wide?: boolean
}

/**
 * A modal question, on the browser's own `<dialog>`: focus stays inside, the rest of the page is inert, Esc dismisses.
 * The element marked `autofocus` gets the focus: the safe answer, or the first field.
 */
export function Dialog({ title, onDismiss, children, about, wide = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const dismiss = useEffectEvent(() => onDismiss())

  useEffect(() => {
    const dialog = ref.current
    if (dialog === null) return
    const before = document.activeElement
    dialog.showModal()
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    const onClose = (): void => dismiss()
    dialog.addEventListener('close', onClose)
    return () => {
      dialog.removeEventListener('close', onClose)
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])

  return (
    <dialog ref={ref} className={cx(styles.dialog, wide && styles.wide)} aria-labelledby={titleId}>
      {about !== undefined && <p className={styles.about}>{about}</p>}
      <h2 id={titleId} className={styles.title}>
        {title}
      </h2>
      {children}
    </dialog>
  )
}

/** The row of answers at the end of a dialog; the last one is the main one. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>
}
