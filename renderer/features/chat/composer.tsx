import { ArrowUp, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { SessionSummary } from '../../../shared/model/chat.ts'
import type { AppError } from '../../../shared/result.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useLinkState, useSnapshot } from '../../stores/app.ts'
import { conversationId } from '../../stores/conversation-store.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { age } from '../../ui/format.ts'
import { useNow } from '../../ui/use-now.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { isMac, modKey } from '../shell/use-shortcuts.ts'
import styles from './composer.module.css'

export interface ComposerProps {
  readonly gatewayId: string
  /** Null: the main conversation. */
  readonly sessionKey: string | null
  /** The canonical key, once known. */
  readonly openKey: string | null
  readonly ready: boolean
  readonly running: boolean
  readonly summary: SessionSummary | undefined
  /** Epoch ms when the conversation was last known to match the gateway. */
  readonly loadedAt: number | null
}

/** Where a message is written. Usable while the link is down: the message then waits on disk. */
export function Composer({
  gatewayId,
  sessionKey,
  openKey,
  ready,
  running,
  summary,
  loadedAt,
}: ComposerProps) {
  const { call, drafts } = useApp()
  const place = conversationId(gatewayId, sessionKey)
  const [draft, setDraft] = useState(() => drafts.read(place).text)
  const [error, setError] = useState<AppError | null>(null)
  const sendWith = useSnapshot(({ preferences }) => preferences.sendWith)
  const field = useRef<HTMLTextAreaElement>(null)
  const words = text.chat.composer
  const lost = useLinkState() === 'lost'
  const empty = draft.trim() === ''

  useEffect(() => {
    // On a touch screen the focus would bring up the keyboard over the conversation.
    if (matchMedia('(hover: hover)').matches && document.activeElement === document.body)
      field.current?.focus()
  }, [])

  const howToSend = sendWith === 'enter' ? words.hintEnter : words.hintMod(modKey)
  const hint = lost ? words.lost : ready ? howToSend : words.willWait

  const change = (value: string): void => {
    setDraft(value)
    drafts.write(place, value)
  }

  const send = async (): Promise<void> => {
    if (empty || lost) return
    const message = drafts.write(place, draft)
    setDraft('')
    setError(null)
    const result = await call('chat.send', { gatewayId, sessionKey, key: message.key, text: message.text })
    if (result.ok) {
      if (drafts.read(place).key === message.key) drafts.clear(place)
      return
    }
    setError(result.error)
    // Nothing a person wrote is lost: it goes back in front of whatever was typed since, under the same key.
    setDraft((since) => {
      const whole = since === '' ? message.text : `${message.text}\n\n${since}`
      drafts.write(place, whole)
      return whole
    })
  }

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    const mod = isMac ? event.metaKey : event.ctrlKey
    const sends = mod || (sendWith === 'enter' && !event.shiftKey && !event.altKey)
    if (!sends) return
    event.preventDefault()
    void send()
  }

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {error !== null && <ErrorNote error={error} />}
      <div className={styles.box}>
        <textarea
          ref={field}
          className={styles.field}
          aria-label={words.label}
          aria-describedby="composer-hint"
          placeholder={ready ? words.placeholder : words.placeholderDown}
          rows={1}
          value={draft}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className={styles.buttons}>
          {running && openKey !== null && (
            <IconButton
              label={words.stop}
              className={styles.stop}
              onClick={() => void call('chat.abort', { gatewayId, sessionKey: openKey })}
            >
              <Square size={12} fill="currentColor" aria-hidden />
            </IconButton>
          )}
          <Button
            type="submit"
            look="primary"
            className={styles.send}
            disabled={empty || lost}
            aria-label={ready ? words.send : words.sendLater}
            title={ready ? words.send : words.sendLater}
            icon={<ArrowUp size={16} aria-hidden />}
          />
        </div>
      </div>
      <p className={styles.hint} id="composer-hint">
        <span>{hint}</span>
        <span className={styles.facts}>
          {ready && !lost ? summary !== undefined && sessionFacts(summary) : <AsOf at={loadedAt} />}
        </span>
      </p>
    </form>
  )
}

/** How old what is shown above is, while it cannot be renewed. */
function AsOf({ at }: { readonly at: number | null }) {
  const now = useNow()
  return at === null ? null : text.chat.asOf(age(at, now))
}

function sessionFacts({ model, totalTokens, contextTokens }: SessionSummary): string {
  const share =
    totalTokens === null || contextTokens === null || contextTokens === 0 ? null : totalTokens / contextTokens
  const parts = [model, share === null ? null : text.chat.composer.context(Math.round(share * 100))]
  return parts.filter((part) => part !== null && part !== '').join(' · ')
}
