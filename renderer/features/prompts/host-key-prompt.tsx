import { useState } from 'react'
import type { PromptOf } from '../../../shared/model/prompt.ts'
import { text } from '../../../shared/text/pages.ts'
import { CommandLine } from '../../ui/command-line.tsx'
import { CheckField } from '../../ui/field.tsx'
import { Fingerprint } from '../../ui/fingerprint.tsx'
import { PromptFrame } from './prompt-frame.tsx'
import styles from './prompts.module.css'
import { useAnswer } from './use-answer.ts'

const words = text.prompts.hostKey

/** The first meeting with a server: its fingerprint, and how to compare it. */
export function HostKeyPrompt({
  prompt,
  about,
}: {
  readonly prompt: PromptOf<'host-key'>
  readonly about: string
}) {
  const answering = useAnswer(prompt.id)
  const [addToUserFile, setAddToUserFile] = useState(false)
  const address = words.address(prompt.host, prompt.port)
  return (
    <PromptFrame
      wide
      careful
      title={words.title(prompt.host)}
      about={about}
      reason={words.reason(address)}
      answering={answering}
      accept={words.accept}
      onAccept={() =>
        void answering.answer({ kind: 'host-key', fingerprint: prompt.fingerprint, addToUserFile })
      }
    >
      <div className={styles.group}>
        <p className={styles.label}>{words.fingerprint(prompt.keyType)}</p>
        <Fingerprint value={prompt.fingerprint} />
      </div>
      <div className={styles.group}>
        <p>{words.compare}</p>
        <CommandLine command={prompt.compareCommand} />
      </div>
      <CheckField
        label={words.addToFile(prompt.userFile)}
        checked={addToUserFile}
        onChange={(event) => setAddToUserFile(event.target.checked)}
        hint={
          addToUserFile && (
            <div className={styles.group}>
              <p>{words.line}</p>
              <code className={styles.line}>{prompt.line}</code>
            </div>
          )
        }
      />
    </PromptFrame>
  )
}
