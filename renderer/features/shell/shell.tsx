import { useEffect } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useGateway, useSnapshot, useUi } from '../../stores/app.ts'
import { ChatPage } from '../chat/chat-page.tsx'
import { FirstRun } from '../first-run/first-run.tsx'
import { PromptHost } from '../prompts/prompt-host.tsx'
import { SettingsPage } from '../settings/settings-page.tsx'
import { StatusPage } from '../status/status-page.tsx'
import { Announcer } from './announcer.tsx'
import { Banners } from './banners.tsx'
import { Drawer } from './drawer.tsx'
import styles from './shell.module.css'
import { Sidebar } from './sidebar.tsx'
import { useNarrow } from './use-narrow.ts'
import { useShortcuts } from './use-shortcuts.ts'
import { useTheme } from './use-theme.ts'
import { useTitle } from './use-title.ts'

/** The window: gateways and conversations at the left, one page at the right, questions above both. */
export function Shell() {
  const narrow = useNarrow()
  const firstRun = useFirstRun()
  useTheme()
  useTitle()
  useShortcuts()
  useSessions()
  return (
    <div className={styles.window}>
      <a className={styles.skip} href="#content">
        {text.app.skip}
      </a>
      <Banners />
      <div className={styles.columns}>
        {!firstRun.alone && !narrow && <Sidebar />}
        {!firstRun.alone && narrow && <Drawer />}
        <main className={styles.main} id="content" tabIndex={-1}>
          <Place firstRun={firstRun.shown} />
        </main>
      </div>
      <PromptHost />
      <Announcer />
    </div>
  )
}

/** Keeps the selected gateway's list of conversations up to date: the sidebar and the chat's title need it. */
function useSessions(): void {
  const { sessions } = useApp()
  const selected = useSnapshot(({ selectedGatewayId, gateways }) => selectedGatewayId ?? gateways[0]?.id)
  const ready = useSnapshot(({ connections }) => connections[selected ?? '']?.phase === 'ready')
  useEffect(() => {
    if (ready && selected !== undefined) sessions.watch(selected)
  }, [sessions, selected, ready])
}

/** First run fills the window while there is no gateway yet; later gateways are added beside the others. */
function useFirstRun(): { readonly shown: boolean; readonly alone: boolean } {
  const empty = useSnapshot(({ gateways }) => gateways.length === 0)
  const page = useUi((state) => state.page)
  const arriving = useUi((state) => state.arriving)
  const single = useSnapshot(({ gateways }) => gateways.length === 1)
  // The settings can be reached with no gateway too: for the paths of OpenClaw, say.
  const shown = page === 'add-gateway' || (empty && page !== 'settings')
  return { shown, alone: shown && (empty || (single && arriving !== null)) }
}

function Place({ firstRun }: { readonly firstRun: boolean }) {
  const { ui } = useApp()
  const page = useUi((state) => state.page)
  const selected = useSnapshot(({ selectedGatewayId }) => selectedGatewayId)
  const first = useSnapshot(({ gateways }) => gateways[0])
  const gateway = useGateway(selected) ?? first
  const arriving = useUi((state) => state.arriving)
  const arrived = useSnapshot(
    ({ connections }) => arriving !== null && connections[arriving]?.phase === 'ready',
  )

  useEffect(() => {
    if (arrived) ui.show('chat')
  }, [arrived, ui])

  if (firstRun) return <FirstRun />
  switch (page) {
    case 'settings':
      return <SettingsPage />
    case 'status':
      return gateway === undefined ? <FirstRun /> : <StatusPage key={gateway.id} gateway={gateway} />
    case 'chat':
    case 'add-gateway':
      return gateway === undefined ? <FirstRun /> : <ChatPage key={gateway.id} gateway={gateway} />
  }
}
