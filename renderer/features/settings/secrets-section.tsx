import { useState } from 'react'
import type { SecretEntry, SecretsView } from '../../../shared/model/secrets.ts'
import { text } from '../../../shared/text/pages.ts'
import { useSnapshot } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Section } from '../../ui/section.tsx'
import styles from './settings.module.css'

const words = text.settings.secrets

/** What is kept where, without showing any of it; each can be removed. */
export function SecretsSection() {
  const secrets = useSnapshot((state) => state.secrets)
  const doing = useDoing()
  const [removing, setRemoving] = useState<SecretEntry | null>(null)
  return (
    <Section title={words.title} hint={storeWords(secrets)}>
      {secrets.deviceKeyPlace === 'file' && <p>{words.file}</p>}
      {secrets.entries.length === 0 && <p className={styles.soft}>{words.none}</p>}
      <ul className={styles.rows}>
        {secrets.entries.map((entry) => (
          <li key={entry.id} className={styles.row}>
            <div className={styles.rowWords}>
              <p className={styles.rowName}>{words.kind[entry.kind]}</p>
              <p className={styles.soft}>
                {[entry.label, words.place[entry.place]].filter((part) => part !== '').join(' · ')}
              </p>
            </div>
            <Button
              aria-label={words.removeOf(`${words.kind[entry.kind]}, ${entry.label}`)}
              onClick={() => setRemoving(entry)}
            >
              {words.remove}
            </Button>
          </li>
        ))}
      </ul>
      {doing.error !== null && <ErrorNote error={doing.error} title={text.settings.failed} />}
      {removing !== null && (
        <ConfirmDialog
          danger
          title={words.removeAsk}
          action={words.remove}
          onDismiss={() => setRemoving(null)}
          onConfirm={() => {
            setRemoving(null)
            void doing.run('secrets.remove', { entryId: removing.id })
          }}
        >
          <p>
            {words.removeWhy(
              [words.kind[removing.kind], removing.label].filter((part) => part !== '').join(', '),
            )}
          </p>
          {removing.kind === 'device-key' && <p>{words.removeDevice}</p>}
        </ConfirmDialog>
      )}
    </Section>
  )
}

function storeWords({ store, storeName, reason }: SecretsView): string {
  switch (store) {
    case 'keychain':
      return words.keychain(storeName)
    case 'memory':
      return words.memory(reason)
    case 'locked':
      return words.locked(storeName)
  }
}
