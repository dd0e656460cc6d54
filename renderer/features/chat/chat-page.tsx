import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Conversation } from '../../../shared/model/chat.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useConnection, useUi } from '../../stores/app.ts'
import { conversationId, findConversation } from '../../stores/conversation-store.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { PageHeader } from '../shell/page-header.tsx'
import { sessionTitle } from '../shell/session-list.tsx'
import { LinkStrip } from '../stages/link-strip.tsx'
import { StageButton } from '../stages/stage-button.tsx'
import { AlarmBar } from '../trust/alarm-bar.tsx'
import { ChangedIdentity } from '../trust/changed-identity.tsx'
import { isAlarm } from '../trust/alarm.ts'
import styles from './chat-page.module.css'
import { Composer } from './composer.tsx'
import { ConversationMenu } from './conversation-menu.tsx'
import { MessageList } from './message-list.tsx'
import { RunAnnouncer } from './run-announcer.tsx'

/** A conversation with the agent of a gateway. */
export function ChatPage({ gateway }: { readonly gateway: SavedGateway }) {
  const { conversations, sessions } = useApp()
  const sessionKey = useUi((state) => state.sessions[gateway.id] ?? null)
  const connection = useConnection(gateway.id)
  const ready = connection?.phase === 'ready'
  const conversation = useStore(conversations.store, (state) =>
    findConversation(state, gateway.id, sessionKey),
  )
  const error = useStore(conversations.store, (state) => state.errors[conversationId(gateway.id, sessionKey)])
  const aside = useUi((state) => state.alarmsAside.includes(gateway.id))
  const openKey = conversation?.sessionKey ?? null
  const summary = useStore(sessions.store, (lists) =>
    lists[gateway.id]?.sessions.find((session) =>
      sessionKey === null ? session.isMain || session.key === openKey : session.key === sessionKey,
    ),
  )

  // Opened again when the link stands: only then is it known which conversation is the main one.
  useEffect(() => {
    void conversations.open(gateway.id, sessionKey)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [conversations, gateway.id, sessionKey, ready])

  const alarm = isAlarm(connection?.error ?? null)
  const title = summary === undefined ? gateway.name : sessionTitle(summary)
  if (alarm && !aside && connection !== undefined) {
    return (
      <>
        <PageHeader title={gateway.name}>
          <StageButton gateway={gateway} />
        </PageHeader>
        <ChangedIdentity gateway={gateway} connection={connection} />
      </>
    )
  }
  return (
    <>
      <PageHeader title={title}>
        <StageButton gateway={gateway} />
        {openKey !== null && ready && (
          <ConversationMenu
            gatewayId={gateway.id}
            sessionKey={openKey}
            isMain={summary?.isMain ?? sessionKey === null}
          />
        )}
      </PageHeader>
      {alarm ? <AlarmBar gatewayId={gateway.id} /> : <LinkStrip gateway={gateway} />}
      {error !== undefined && (
        <div className={styles.problem}>
          <ErrorNote error={error} title={text.chat.openFailed} />
        </div>
      )}
      <Talk key={conversationId(gateway.id, sessionKey)} conversation={conversation} ready={ready} />
      <Composer
        key={`composer ${conversationId(gateway.id, sessionKey)}`}
        gatewayId={gateway.id}
        sessionKey={sessionKey}
        openKey={openKey}
        ready={ready}
        running={(conversation?.runs.length ?? 0) > 0}
        summary={summary}
        loadedAt={conversation?.loadedAt ?? null}
      />
      <RunAnnouncer running={(conversation?.runs.length ?? 0) > 0} />
    </>
  )
}

interface TalkProps {
  readonly conversation: Conversation | undefined
  readonly ready: boolean
}

function Talk({ conversation, ready }: TalkProps) {
  if (conversation === undefined) return <Quiet>{ready ? text.chat.loading : text.chat.neverLoaded}</Quiet>
  const { rows, runs, outbox, loadedAt, loading, error } = conversation
  const problem = error !== null && ready && (
    <div className={styles.problem}>
      <ErrorNote error={error} />
    </div>
  )
  if (rows.length === 0 && runs.length === 0 && outbox.length === 0) {
    const known = loadedAt !== null
    return (
      <>
        {problem}
        <Quiet hint={known ? (ready ? text.chat.emptyHint : text.chat.emptyDown) : ''}>
          {known ? text.chat.empty : loading || ready ? text.chat.loading : text.chat.neverLoaded}
        </Quiet>
      </>
    )
  }
  return (
    <>
      {problem}
      <MessageList conversation={conversation} />
    </>
  )
}

function Quiet({ children, hint = '' }: { readonly children: string; readonly hint?: string }) {
  return (
    <div className={styles.quiet}>
      <p>{children}</p>
      {hint !== '' && <p className={styles.hint}>{hint}</p>}
    </div>
  )
}
