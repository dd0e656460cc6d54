import { useRef, useState } from 'react'
import type { PromptAnswer, PromptOf } from '../../../shared/model/prompt.ts'
import { text } from '../../../shared/text/pages.ts'
import { useSnapshot } from '../../stores/app.ts'
import { CommandLine } from '../../ui/command-line.tsx'
import { CheckField } from '../../ui/field.tsx'
import { SecretField, takeSecret } from '../../ui/secret-field.tsx'
import { PromptFrame } from './prompt-frame.tsx'
import styles from './prompts.module.css'
import { useAnswer } from './use-answer.ts'

type SecretPromptKind = PromptOf<'passphrase'> | PromptOf<'ssh-password'> | PromptOf<'gateway-secret'>

interface Words {
  readonly title: string
  readonly reason: string
  readonly again: string
  readonly label: string
  readonly accept: string
}

function wordsOf(prompt: SecretPromptKind): Words {
  const words = text.prompts
  switch (prompt.kind) {
    case 'passphrase':
      return { ...words.passphrase, reason: words.passphrase.reason(prompt.keyFile) }
    case 'ssh-password':
      return {
        ...words.password,
        title: words.password.title(prompt.host),
        reason: words.password.reason(prompt.user, prompt.host),
      }
    case 'gateway-secret': {
      const { gatewaySecret } = words
      const { host } = prompt
      return prompt.secret === 'token'
        ? {
            title: gatewaySecret.tokenTitle,
            reason: gatewaySecret.tokenReason(host),
            again: gatewaySecret.tokenAgain(host),
            label: gatewaySecret.tokenLabel,
            accept: gatewaySecret.accept,
          }
        : {
            title: gatewaySecret.passwordTitle,
            reason: gatewaySecret.passwordReason(host),
            again: gatewaySecret.passwordAgain(host),
            label: gatewaySecret.passwordLabel,
            accept: gatewaySecret.accept,
          }
    }
  }
}

/** A passphrase, a password or a token. What is typed goes from the input to the core and nowhere else. */
export function SecretPrompt({
  prompt,
  about,
}: {
  readonly prompt: SecretPromptKind
  readonly about: string
}) {
  const answering = useAnswer(prompt.id)
  const input = useRef<HTMLInputElement>(null)
  const box = useRef<HTMLInputElement>(null)
  const [empty, setEmpty] = useState(false)
  const store = useSnapshot(({ secrets }) => secrets.storeName)
  const words = wordsOf(prompt)
  const accept = (): void => {
    const secret = takeSecret(input.current)
    setEmpty(secret === '')
    if (secret === '') {
      input.current?.focus()
      return
    }
    const remember = box.current?.checked ?? false
    void answering.answer({ kind: prompt.kind, secret, remember } satisfies PromptAnswer)
  }
  return (
    <PromptFrame
      title={words.title}
      about={about}
      reason={prompt.again ? words.again : words.reason}
      answering={answering}
      accept={words.accept}
      onAccept={accept}
    >
      <SecretField
        focusFirst
        label={words.label}
        inputRef={input}
        problem={empty ? text.prompts.empty : null}
      />
      {prompt.kind === 'gateway-secret' && prompt.secret === 'token' && (
        <div className={styles.group}>
          <p>{text.prompts.gatewaySecret.tokenFind}</p>
          <CommandLine command={text.prompts.gatewaySecret.tokenCommand} />
        </div>
      )}
      {prompt.canRemember ? (
        <CheckField
          inputRef={box}
          label={store === '' ? text.prompts.rememberPlain : text.prompts.remember(store)}
        />
      ) : (
        <p className={styles.soft}>{text.prompts.runOnly}</p>
      )}
    </PromptFrame>
  )
}
