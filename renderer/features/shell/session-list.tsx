import { Search } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { useStore } from 'zustand'
import { text } from '../../../shared/text/pages.ts'
import type { SessionSummary } from '../../../shared/model/chat.ts'
import { useApp, useConnection, useUi } from '../../stores/app.ts'
import { cx } from '../../ui/cx.ts'
import styles from './session-list.module.css'

/** From this many conversations on, a search field is worth its place. */
const searchFrom = 8

/** The conversations of a gateway. */
export function SessionList({ gatewayId }: { readonly gatewayId: string }) {
  const { sessions: mirror } = useApp()
  const list = useStore(mirror.store, (lists) => lists[gatewayId])
  const ready = useConnection(gatewayId)?.phase === 'ready'
  const [words, setWords] = useState('')
  const wanted = useDeferredValue(words)

  const sessions = list?.sessions ?? []
  const shown = sessions.filter((session) => matches(session, wanted))
  return (
    <nav className={styles.conversations} aria-label={text.shell.conversations}>
      <h2 className={styles.heading}>{text.shell.conversations}</h2>
      {sessions.length >= searchFrom && (
        <div className={styles.search}>
          <Search size={14} aria-hidden />
          <input
            type="search"
            className={styles.field}
            aria-label={text.shell.search}
            placeholder={text.shell.search}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
      )}
      {list?.error && ready && <p className={styles.note}>{text.shell.listFailed}</p>}
      {sessions.length === 0 && !ready && <p className={styles.note}>{text.shell.noConversations}</p>}
      {sessions.length > 0 && shown.length === 0 && <p className={styles.note}>{text.shell.noMatch}</p>}
      <ul className={styles.list}>
        {shown.map((session) => (
          <li key={session.key}>
            <SessionItem gatewayId={gatewayId} session={session} />
          </li>
        ))}
      </ul>
    </nav>
  )
}

function SessionItem({
  gatewayId,
  session,
}: {
  readonly gatewayId: string
  readonly session: SessionSummary
}) {
  const { ui } = useApp()
  const chosen = useUi((state) => state.sessions[gatewayId] ?? null)
  const onChat = useUi((state) => state.page === 'chat')
  const here = onChat && (chosen === session.key || (chosen === null && session.isMain))
  const title = sessionTitle(session)
  return (
    <button
      type="button"
      className={cx(styles.item, here && styles.selected, session.unread && styles.unread)}
      aria-current={here ? 'page' : undefined}
      title={session.preview === '' ? title : session.preview}
      onClick={() => ui.openSession(gatewayId, session.isMain ? null : session.key)}
    >
      <span className={styles.title}>{title}</span>
      {session.channel !== null && (
        <span className={styles.channel}>
          <span className="hidden-visually">{text.shell.channel(session.channel)}</span>
          <span aria-hidden>{session.channel}</span>
        </span>
      )}
      {(session.running || session.unread) && (
        <span className={session.running ? styles.running : styles.fresh}>
          <span className="hidden-visually">{session.running ? text.shell.running : text.shell.unread}</span>
        </span>
      )}
    </button>
  )
}

/** How a conversation is called. */
export function sessionTitle(session: SessionSummary): string {
  if (session.title !== '') return session.title
  return session.isMain ? text.shell.main : text.shell.untitled
}

function matches(session: SessionSummary, words: string): boolean {
  const hay = `${sessionTitle(session)} ${session.preview} ${session.channel ?? ''}`.toLocaleLowerCase()
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word))
}
