import { useState, type ReactNode } from 'react'
import type { ConnectionView, LocalPortView, StageView } from '../../../shared/model/connection.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { age } from '../../ui/format.ts'
import { useNow } from '../../ui/use-now.ts'
import { NextSteps } from './link-actions.tsx'
import styles from './link-panel.module.css'
import { StageChain } from './stage-chain.tsx'

export interface LinkPanelProps {
  readonly gateway: SavedGateway
  readonly connection: ConnectionView
  /** Called before the panel's own place is left. */
  readonly onLeave?: () => void
}

/** Everything about a link: its stages, why it hangs and the way on, and what else can be done with it. */
export function LinkPanel({ gateway, connection, onLeave }: LinkPanelProps) {
  const { phase, error } = connection
  return (
    <div className={styles.panel}>
      <StageChain stages={connection.stages} label={text.link.chain} told={error} />
      {error !== null && (
        <ErrorNote error={error} tone={phase === 'waiting' ? 'patience' : 'stopped'}>
          <NextSteps gateway={gateway} connection={connection} onLeave={onLeave} />
        </ErrorNote>
      )}
      <LinkFacts connection={connection} />
      <LinkDoings gateway={gateway} connection={connection} />
    </div>
  )
}

function LinkFacts({ connection }: { readonly connection: ConnectionView }) {
  const { engine, gateway, localPort } = connection
  return (
    <ul className={styles.facts}>
      {gateway !== null && <li>{text.link.protocol(gateway.version, gateway.protocol)}</li>}
      {engine !== null && <li>{localPortWords(localPort)}</li>}
      {engine !== null && (
        <li>
          <details>
            <summary>{text.link.engine(text.link.engineName[engine.name])}</summary>
            <p>{engine.reason}</p>
          </details>
        </li>
      )}
    </ul>
  )
}

/** The listener for the user's own tools, in words. */
function localPortWords(view: LocalPortView): ReactNode {
  switch (view.state) {
    case 'off':
      return text.link.localPortOff
    case 'listening':
      return view.preferredTakenBy === null
        ? text.link.localPort(view.port)
        : text.link.localPortMoved(view.port, view.preferredTakenBy)
    case 'failed':
      return `${text.link.localPortFailed}: ${view.error.message}`
  }
}

/** The dashboard is a web page: over SSH it can be opened only where a local port leads to it. */
const hasDashboard = ({ place, demo }: SavedGateway, { phase, localPort }: ConnectionView): boolean =>
  phase === 'ready' && !demo && (place.kind !== 'ssh' || localPort.state === 'listening')

function LinkDoings({
  gateway,
  connection,
}: {
  readonly gateway: SavedGateway
  readonly connection: ConnectionView
}) {
  const doing = useDoing()
  const [checked, setChecked] = useState<{
    readonly stages: readonly StageView[]
    readonly at: number
  } | null>(null)
  const [checking, setChecking] = useState(false)
  const { call } = useApp()
  const now = useNow()
  const words = text.link.actions
  const gatewayId = gateway.id
  const check = async (): Promise<void> => {
    setChecking(true)
    doing.clear()
    const result = await call('connection.check', { gatewayId })
    setChecking(false)
    if (result.ok) setChecked({ stages: result.value.stages, at: Date.now() })
    else doing.fail(result.error)
  }
  return (
    <>
      {checked !== null && (
        <section className={styles.check}>
          <p className={styles.checkedAt}>{words.checked(age(checked.at, now))}</p>
          <StageChain stages={checked.stages} label={words.check} />
        </section>
      )}
      {doing.error !== null && <ErrorNote error={doing.error} />}
      <div className={styles.doings}>
        {connection.phase === 'idle' ? (
          <Button look="primary" onClick={() => void doing.run('connection.connect', { gatewayId })}>
            {words.connect}
          </Button>
        ) : (
          <Button onClick={() => void doing.run('connection.disconnect', { gatewayId })}>
            {words.disconnect}
          </Button>
        )}
        <Button disabled={checking} onClick={() => void check()}>
          {checking ? words.checking : words.check}
        </Button>
        {hasDashboard(gateway, connection) && (
          <Button onClick={() => void doing.run('connection.open-dashboard', { gatewayId })}>
            {words.dashboard}
          </Button>
        )}
      </div>
    </>
  )
}
