import type { ReactNode } from 'react'
import { text } from '../../shared/text/pages.ts'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'

export interface ConfirmDialogProps {
  readonly title: string
  readonly children: ReactNode
  /** What the button that does it says. */
  readonly action: string
  readonly danger?: boolean
  readonly onConfirm: () => void
  readonly onDismiss: () => void
}

/** Asks before something that cannot simply be undone. The safe answer has the focus. */
export function ConfirmDialog({
  title,
  children,
  action,
  danger = false,
  onConfirm,
  onDismiss,
}: ConfirmDialogProps) {
  return (
    <Dialog title={title} onDismiss={onDismiss}>
      {children}
      <DialogActions>
        <Button data-autofocus onClick={onDismiss}>
          {text.common.cancel}
        </Button>
        <Button look={danger ? 'danger' : 'primary'} onClick={onConfirm}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
