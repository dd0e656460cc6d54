import { Check, CircleAlert, CircleHelp, Clock, LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import type { OutboxEntry } from '../../../shared/model/chat.ts'
import { text } from '../../../shared/text/pages.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { ErrorDetails } from '../../ui/error-note.tsx'
import { UserBubble } from './message.tsx'
import bubble from './message.module.css'
import styles from './outbox-entry.module.css'

const icons: Record<OutboxEntry['state'], ReactNode> = {
  waiting: <Clock size={13} aria-hidden />,
  sending: <LoaderCircle size={13} aria-hidden />,
  accepted: <Check size={13} aria-hidden />,
  uncertain: <CircleHelp size={13} aria-hidden />,
  failed: <CircleAlert size={13} aria-hidden />,
}

/** A message of ours that does not stand in the transcript yet: where it is, and what can be done about it. */
export function OutboxItem({ entry }: { readonly entry: OutboxEntry }) {
  const words = text.chat.outbox
  return (
    <UserBubble said={text.chat.youSaid} at={null} copy="" foot={<Foot entry={entry} />}>
      <p className={bubble.plain}>{entry.text}</p>
      <span className="hidden-visually">{words[entry.state]}</span>
    </UserBubble>
  )
}

function Foot({ entry }: { readonly entry: OutboxEntry }) {
  const doing = useDoing()
  const words = text.chat.outbox
  const { gatewayId, key, state, error } = entry
  const discard = (label: string): ReactNode => (
    <Button
      look="quiet"
      disabled={doing.busy}
      onClick={() => void doing.run('chat.discard', { gatewayId, key })}
    >
      {label}
    </Button>
  )
  const resend = (label: string): ReactNode => (
    <Button disabled={doing.busy} onClick={() => void doing.run('chat.resend', { gatewayId, key })}>
      {label}
    </Button>
  )
  return (
    <div className={cx(styles.foot, styles[state])} data-outbox={state}>
      <p className={styles.state}>
        {icons[state]}
        <span>{words[state]}</span>
        {state === 'waiting' && discard(words.takeBack)}
      </p>
      {state === 'uncertain' && <p className={styles.why}>{words.uncertainWhy}</p>}
      {state === 'failed' && error !== null && (
        <div className={styles.why}>
          <p>{error.message}</p>
          <p>{error.next}</p>
          <ErrorDetails error={error} />
        </div>
      )}
      {(state === 'uncertain' || state === 'failed') && (
        <div className={styles.actions}>
          {discard(words.drop)}
          {resend(state === 'failed' ? words.tryAgain : words.sendAgain)}
        </div>
      )}
      {doing.error !== null && <p className={styles.why}>{doing.error.message}</p>}
    </div>
  )
}
