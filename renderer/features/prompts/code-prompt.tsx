import { useRef } from 'react'
import type { PromptOf } from '../../../shared/model/prompt.ts'
import { text } from '../../../shared/text/pages.ts'
import { TextField } from '../../ui/field.tsx'
import { SecretField, takeSecret } from '../../ui/secret-field.tsx'
import { PromptFrame } from './prompt-frame.tsx'
import styles from './prompts.module.css'
import { useAnswer } from './use-answer.ts'

const words = text.prompts.code

/** A one-time code or whatever else the server asks for, in its own words. */
export function CodePrompt({
  prompt,
  about,
}: {
  readonly prompt: PromptOf<'ssh-code'>
  readonly about: string
}) {
  const answering = useAnswer(prompt.id)
  const inputs = useRef<(HTMLInputElement | null)[]>([])
  const accept = (): void => {
    const responses = prompt.fields.map((_, index) => takeSecret(inputs.current[index] ?? null))
    void answering.answer({ kind: 'ssh-code', responses })
  }
  return (
    <PromptFrame
      title={words.title(prompt.host)}
      about={about}
      reason={words.reason(prompt.user, prompt.host)}
      answering={answering}
      accept={words.accept}
      onAccept={accept}
    >
      {prompt.instruction.trim() !== '' && (
        <div className={styles.group}>
          <p className={styles.label}>{words.says}</p>
          <p className={styles.server}>{prompt.instruction}</p>
        </div>
      )}
      {prompt.fields.map((field, index) => {
        const common = {
          label: field.label.replace(/:\s*$/, '') || words.label,
          inputRef: (input: HTMLInputElement | null) => {
            inputs.current[index] = input
          },
        }
        // The server's fields have no names of their own and never change while the question stands.
        const key = `${index} ${field.label}`
        return field.echo ? (
          <TextField key={key} {...common} inputMode="text" focusFirst={index === 0} />
        ) : (
          <SecretField key={key} {...common} focusFirst={index === 0} />
        )
      })}
    </PromptFrame>
  )
}
