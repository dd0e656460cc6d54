import { useEffect, useRef } from 'react'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useConnection } from '../../stores/app.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { NextSteps } from '../stages/link-actions.tsx'
import { lineText } from '../stages/link-line.ts'
import { StageChain } from '../stages/stage-chain.tsx'
import { useLinkLine } from '../stages/use-link-line.ts'
import { ChangedIdentity } from '../trust/changed-identity.tsx'
import { isAlarm } from '../trust/alarm.ts'
import styles from './first-run.module.css'

const words = text.firstRun

/** The third decision as far as it is needed: the stages run before one's eyes, and the chat opens when they are through. */
export function Arrival({ gateway }: { readonly gateway: SavedGateway }) {
  const { ui } = useApp()
  const connection = useConnection(gateway.id)
  const line = useLinkLine(gateway.id)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  if (connection === undefined) return null
  if (isAlarm(connection.error)) return <ChangedIdentity gateway={gateway} connection={connection} />
  const { error, phase } = connection
  return (
    <section className={styles.section}>
      <p className={styles.step}>{words.step(3)}</p>
      <h1 className={styles.question} ref={heading} tabIndex={-1}>
        {words.connecting(gateway.name)}
      </h1>
      <p className={styles.lead}>{error === null ? words.connectingHint : lineText(line)}</p>
      <div className={styles.chain}>
        <StageChain stages={connection.stages} label={text.link.chain} told={error} />
      </div>
      {error !== null && (
        <ErrorNote error={error} tone={phase === 'waiting' ? 'patience' : 'stopped'}>
          <NextSteps gateway={gateway} connection={connection} />
        </ErrorNote>
      )}
      <div className={styles.actions}>
        {!gateway.demo && <Button onClick={() => ui.edit(gateway.id)}>{words.change}</Button>}
        <Button onClick={() => ui.show('chat')}>{words.leave}</Button>
      </div>
    </section>
  )
}
