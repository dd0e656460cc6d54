import { useRef, useState } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { useSnapshot } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Choice } from '../../ui/field.tsx'
import { SecretField, takeSecret } from '../../ui/secret-field.tsx'
import styles from './settings.module.css'

const words = text.settings.form
type Kind = 'gateway-token' | 'gateway-password'

/** Stores a token or password of a gateway without waiting to be asked. It is never shown again. */
export function GatewaySecret({ gatewayId }: { readonly gatewayId: string }) {
  const doing = useDoing()
  const input = useRef<HTMLInputElement>(null)
  const [kind, setKind] = useState<Kind>('gateway-token')
  const [saved, setSaved] = useState(false)
  const [empty, setEmpty] = useState(false)
  const { store, storeName, entries } = useSnapshot((state) => state.secrets)
  const stored = entries.some((entry) => entry.gatewayId === gatewayId && entry.kind === kind)
  const hint = store === 'keychain' ? words.secretHint.keychain(storeName) : words.secretHint[store]
  const save = async (): Promise<void> => {
    const secret = takeSecret(input.current)
    setEmpty(secret === '')
    setSaved(false)
    if (secret === '') return
    setSaved(await doing.run('gateways.set-secret', { gatewayId, kind, secret }))
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Choice
        layout="row"
        legend={words.secretWhich}
        value={kind}
        options={words.secretKind}
        onChoose={(chosen) => {
          setKind(chosen)
          setSaved(false)
        }}
      />
      <SecretField
        key={kind}
        label={words.secretKind[kind]}
        inputRef={input}
        problem={empty ? text.prompts.empty : null}
      />
      <p className={styles.soft}>
        {stored ? words.secretStored : words.secretNone} {hint}
      </p>
      {doing.error !== null && <ErrorNote error={doing.error} title={text.settings.failed} />}
      <div className={styles.state}>
        <Button type="submit" disabled={doing.busy || store === 'locked'}>
          {words.secretSave}
        </Button>
        <output className={styles.saved}>{saved ? words.secretSaved : ''}</output>
      </div>
    </form>
  )
}
