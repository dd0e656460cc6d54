import { useStore } from 'zustand'
import { text } from '../../../shared/text/pages.ts'
import { AppProvider, useApp, type App } from '../../stores/app.ts'
import { CommandLine } from '../../ui/command-line.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { CrashGuard } from './crash-guard.tsx'
import { FullPage } from './full-page.tsx'
import { Shell } from './shell.tsx'

/** The whole page. */
export function AppRoot({ app }: { readonly app: App }) {
  return (
    <CrashGuard>
      <AppProvider value={app}>
        <Gate />
      </AppProvider>
    </CrashGuard>
  )
}

/** Shows the app once there is something true to show. */
function Gate() {
  const { store } = useApp().snapshot
  const link = useStore(store, (state) => state.link)
  const error = useStore(store, (state) => state.error)
  const known = useStore(store, (state) => state.snapshot !== null)
  if (link === 'refused') {
    return (
      <FullPage icon={<StateMark mark="stopped" size={28} />} title={text.bridge.refusedTitle}>
        <p>{text.bridge.refused}</p>
        <p>{text.bridge.refusedNext}</p>
        <CommandLine command={text.bridge.refusedCommand} />
      </FullPage>
    )
  }
  if (known) return <Shell />
  return (
    <FullPage icon={<StateMark mark="busy" size={28} />} title={text.bridge.opening} late>
      {error !== null && <ErrorNote error={error} />}
    </FullPage>
  )
}
