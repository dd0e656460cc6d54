import { Eye, EyeOff } from 'lucide-react'
import { useState, type Ref } from 'react'
import { text } from '../../shared/text/pages.ts'
import { IconButton } from './button.tsx'
import { TextField } from './field.tsx'
import styles from './secret-field.module.css'

export interface SecretFieldProps {
  readonly label: string
  readonly problem?: string | null
  readonly inputRef: Ref<HTMLInputElement>
  readonly focusFirst?: boolean
}

/**
 * A line for a secret. The page never holds what is typed: it stands in the input only, until {@link takeSecret}
 * reads it out and empties the input.
 */
export function SecretField({ label, problem = null, inputRef, focusFirst = false }: SecretFieldProps) {
  const [shown, setShown] = useState(false)
  return (
    <div className={styles.frame}>
      <TextField
        label={label}
        problem={problem}
        inputRef={inputRef}
        type={shown ? 'text' : 'password'}
        className={styles.input ?? ''}
        mono={shown}
        autoComplete="off"
        focusFirst={focusFirst}
        data-1p-ignore
        data-lpignore="true"
      />
      <IconButton
        label={shown ? text.common.hide : text.prompts.reveal}
        className={styles.eye}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
      </IconButton>
    </div>
  )
}

/** Takes the secret out of its input: afterwards the DOM no longer has it. */
export function takeSecret(input: HTMLInputElement | null): string {
  if (input === null) return ''
  const secret = input.value
  input.value = ''
  // What React remembers of an uncontrolled input goes with it.
  input.defaultValue = ''
  return secret
}
