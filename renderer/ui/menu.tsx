import { useId, useRef, type ReactNode } from 'react'
import { IconButton } from './button.tsx'
import styles from './menu.module.css'
import { cx } from './cx.ts'

export interface MenuItem {
  readonly label: string
  readonly onChoose: () => void
  readonly danger?: boolean
}

/** A button that opens a short list of actions, on the browser's own popover: Esc and a click elsewhere close it. */
export function Menu({
  label,
  icon,
  items,
}: {
  readonly label: string
  readonly icon: ReactNode
  readonly items: readonly MenuItem[]
}) {
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
  return (
    <>
      <IconButton label={label} popoverTarget={id}>
        {icon}
      </IconButton>
      <ul ref={list} id={id} popover="auto" className={styles.menu}>
        {items.map((item) => (
          <li key={item.label}>
            <button
              type="button"
              className={cx(styles.item, item.danger === true && styles.danger)}
              onClick={() => {
                list.current?.hidePopover()
                item.onChoose()
              }}
            >
              {item.label}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
