import { RefreshCw } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import type { StatusView } from '../../../shared/model/status.ts'
import type { AppError } from '../../../shared/result.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useConnection } from '../../stores/app.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Section } from '../../ui/section.tsx'
import { PageHeader } from '../shell/page-header.tsx'
import { LinkPanel } from '../stages/link-panel.tsx'
import { GatewayStatus } from './gateway-status.tsx'
import { LogTail } from './log-tail.tsx'
import styles from './status-page.module.css'

const words = text.status

/** How a gateway is: the way there as this computer sees it, and what the gateway says of itself. */
export function StatusPage({ gateway }: { readonly gateway: SavedGateway }) {
  const connection = useConnection(gateway.id)
  const ready = connection?.phase === 'ready'
  const reading = useStatus(gateway.id, ready)
  return (
    <>
      <PageHeader title={words.of(gateway.name)}>
        {ready && (
          <Button
            look="quiet"
            icon={<RefreshCw size={14} aria-hidden />}
            disabled={reading.busy}
            onClick={() => void reading.read()}
          >
            {text.common.refresh}
          </Button>
        )}
      </PageHeader>
      <div className={styles.page}>
        <div className={styles.body}>
          {connection !== undefined && (
            <Section title={words.link} source={words.here}>
              <LinkPanel gateway={gateway} connection={connection} />
            </Section>
          )}
          {!ready && reading.view === null && <p className={styles.soft}>{words.notConnected}</p>}
          {reading.error !== null && <ErrorNote error={reading.error} />}
          {ready && reading.view === null && reading.error === null && (
            <p className={styles.soft}>{words.reading}</p>
          )}
          {reading.view !== null && <GatewayStatus view={reading.view} connection={connection} />}
          {ready && <LogTail gatewayId={gateway.id} />}
        </div>
      </div>
    </>
  )
}

interface Reading {
  readonly view: StatusView | null
  readonly error: AppError | null
  readonly busy: boolean
  read(): Promise<void>
}

/** Reads the status once the link stands, and again when asked; what was read stays in sight with its age. */
function useStatus(gatewayId: string, ready: boolean): Reading {
  const { call } = useApp()
  const [view, setView] = useState<StatusView | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState(false)
  const fetch = useCallback(
    () =>
      call('status.read', { gatewayId }).then((result) => {
        setError(result.ok ? null : result.error)
        if (result.ok) setView(result.value)
      }),
    [call, gatewayId],
  )
  useEffect(() => {
    if (ready) void fetch()
  }, [ready, fetch])
  const read = async (): Promise<void> => {
    setBusy(true)
    await fetch()
    setBusy(false)
  }
  return { view, error, busy, read }
}
