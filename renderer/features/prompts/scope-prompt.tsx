import type { PromptOf } from '../../../shared/model/prompt.ts'
import { text } from '../../../shared/text/pages.ts'
import { PromptFrame } from './prompt-frame.tsx'
import styles from './prompts.module.css'
import { useAnswer } from './use-answer.ts'

const words = text.prompts.scope

/** Something the user wants to do needs one more right at the gateway. */
export function ScopePrompt({
  prompt,
  about,
}: {
  readonly prompt: PromptOf<'scope'>
  readonly about: string
}) {
  const answering = useAnswer(prompt.id)
  return (
    <PromptFrame
      careful
      title={words.title}
      about={about}
      reason={words.reason(prompt.purpose)}
      answering={answering}
      accept={words.accept}
      onAccept={() => void answering.answer({ kind: 'scope', allow: true })}
    >
      <dl className={styles.facts}>
        <dt>{words.scope}</dt>
        <dd>
          <code>{prompt.scope}</code>
        </dd>
      </dl>
      <p className={styles.soft}>{words.explain}</p>
    </PromptFrame>
  )
}
