import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useConnection, useLinkState } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { NextSteps } from './link-actions.tsx'
import { lineText } from './link-line.ts'
import styles from './link-strip.module.css'
import { useLinkLine } from './use-link-line.ts'

/** Under the head of a page while the link does not stand: what is going on, and the one next step. */
export function LinkStrip({ gateway }: { readonly gateway: SavedGateway }) {
  const connection = useConnection(gateway.id)
  const line = useLinkLine(gateway.id)
  const doing = useDoing()
  const lost = useLinkState() === 'lost'
  if (connection === undefined || lost || connection.phase === 'ready' || connection.phase === 'connecting')
    return null
  if (connection.phase === 'blocked' && connection.error !== null) {
    return (
      <div className={styles.place}>
        <ErrorNote error={connection.error}>
          <NextSteps gateway={gateway} connection={connection} />
        </ErrorNote>
      </div>
    )
  }
  return (
    <div className={styles.strip}>
      <StateMark mark={line.mark} />
      <p className={styles.words}>
        <strong>{connection.error?.message ?? lineText(line)}</strong>
        {connection.error !== null && <span className={styles.why}>{lineText(line)}</span>}
      </p>
      <div className={styles.actions}>
        {connection.phase === 'idle' ? (
          <Button
            look="primary"
            onClick={() => void doing.run('connection.connect', { gatewayId: gateway.id })}
          >
            {text.link.actions.connect}
          </Button>
        ) : (
          <NextSteps gateway={gateway} connection={connection} />
        )}
      </div>
    </div>
  )
}
