import type { ButtonHTMLAttributes, ReactNode } from 'react'
import styles from './button.module.css'
import { cx } from './cx.ts'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one thing to do here · `danger`: takes something away · `quiet`: without a frame. */
  readonly look?: 'primary' | 'plain' | 'danger' | 'quiet'
  readonly icon?: ReactNode
}

/** A button with words. Never submits a form unless told so. */
export function Button({ look = 'plain', icon, children, className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={cx(styles.button, styles[look], className)} {...rest}>
      {icon}
      {children !== undefined && <span className={styles.words}>{children}</span>}
    </button>
  )
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Its name: spoken, and shown on hover. */
  readonly label: string
}

/** A button with an icon only. */
export function IconButton({ label, children, className, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button type={type} className={cx(styles.icon, className)} aria-label={label} title={label} {...rest}>
      {children}
    </button>
  )
}
