import type { PromptOf } from '../../../shared/model/prompt.ts'
import { text } from '../../../shared/text/pages.ts'
import { CommandLine } from '../../ui/command-line.tsx'
import { PromptFrame } from './prompt-frame.tsx'
import styles from './prompts.module.css'
import { useAnswer } from './use-answer.ts'

const words = text.prompts.pairing

/** The gateway wants this device approved by hand: what to run there, and the way back. */
export function PairingPrompt({
  prompt,
  about,
}: {
  readonly prompt: PromptOf<'pairing'>
  readonly about: string
}) {
  const answering = useAnswer(prompt.id)
  return (
    <PromptFrame
      careful
      title={words.title}
      about={about}
      reason={prompt.reason === '' ? words.reason : prompt.reason}
      answering={answering}
      accept={words.accept}
      onAccept={() => void answering.answer({ kind: 'pairing', retry: true })}
    >
      <div className={styles.group}>
        <p>{words.steps}</p>
        <CommandLine command={prompt.command} />
      </div>
      <dl className={styles.facts}>
        {prompt.requestId !== null && (
          <>
            <dt>{words.request}</dt>
            <dd>
              <code>{prompt.requestId}</code>
            </dd>
          </>
        )}
        <dt>{words.device}</dt>
        <dd>
          <code>{prompt.deviceId}</code>
        </dd>
      </dl>
      <p className={styles.soft}>{words.waiting}</p>
    </PromptFrame>
  )
}
