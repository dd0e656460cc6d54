import type { ReactNode } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import styles from './prompts.module.css'
import type { Answering } from './use-answer.ts'

export interface PromptFrameProps {
  readonly title: string
  readonly about: string
  /** The first sentence: why this is asked. */
  readonly reason: string
  readonly answering: Answering
  readonly accept: string
  readonly onAccept: () => void
  /** The focus starts on "Not now": the answer needs more than a keystroke. */
  readonly careful?: boolean
  readonly wide?: boolean
  readonly children?: ReactNode
}

/** A question: the reason first, one field or fact, and two answers, the safe one being "Not now" (Esc). */
export function PromptFrame(props: PromptFrameProps) {
  const { title, about, reason, answering, accept, onAccept, careful = false, wide = false, children } = props
  return (
    <Dialog title={title} about={about} wide={wide} onDismiss={() => answering.dismiss()}>
      <form
        className={styles.form}
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          if (!answering.busy) onAccept()
        }}
      >
        <p className={styles.reason}>{reason}</p>
        {children}
        {answering.error !== null && <ErrorNote error={answering.error} title={text.prompts.answerFailed} />}
        <DialogActions>
          <Button data-autofocus={careful ? '' : undefined} onClick={() => answering.dismiss()}>
            {text.prompts.notNow}
          </Button>
          <Button type="submit" look="primary" disabled={answering.busy}>
            {accept}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
