import { OctagonAlert } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ConnectionView } from '../../../shared/model/connection.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { ErrorDetails, ErrorNote } from '../../ui/error-note.tsx'
import { Fingerprint } from '../../ui/fingerprint.tsx'
import { alarmCode, fingerprintsOf, type AlarmCode } from './alarm.ts'
import styles from './changed-identity.module.css'

const words = text.prompts.changed
const titles: Record<AlarmCode, (host: string) => string> = {
  'ssh.host-key-changed': words.title,
  'ssh.host-key-revoked': words.revokedTitle,
  'tls.pin-mismatch': words.pinTitle,
}
const steps: Record<AlarmCode, readonly string[]> = {
  'ssh.host-key-changed': words.steps,
  'ssh.host-key-revoked': words.revokedSteps,
  'tls.pin-mismatch': words.pinSteps,
}

/**
 * The server is not the one it was. There is no button that accepts this: the old entry must be removed on purpose,
 * outside, by someone who knows why.
 */
export function ChangedIdentity({
  gateway,
  connection,
}: {
  readonly gateway: SavedGateway
  readonly connection: ConnectionView
}) {
  const { ui } = useApp()
  const doing = useDoing()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const { error } = connection
  const code = alarmCode(error)
  if (error === null || code === null) return null
  const { shown, onFile } = fingerprintsOf(error)
  const gatewayId = gateway.id
  return (
    <div className={styles.page} role="alert">
      <div className={styles.body}>
        <h2 ref={heading} tabIndex={-1} className={styles.title}>
          <OctagonAlert size={28} aria-hidden />
          {titles[code](gateway.name)}
        </h2>
        <p className={styles.what}>{code === 'ssh.host-key-revoked' ? words.revoked : words.what}</p>
        {(shown !== null || onFile !== null) && (
          <dl className={styles.prints}>
            {onFile !== null && (
              <div>
                <dt>{words.onFile}</dt>
                <dd>
                  <Fingerprint value={onFile} />
                </dd>
              </div>
            )}
            {shown !== null && (
              <div>
                <dt>{words.shown}</dt>
                <dd>
                  <Fingerprint value={shown} />
                </dd>
              </div>
            )}
          </dl>
        )}
        <section className={styles.steps}>
          <h3>{words.check}</h3>
          <ol>
            {steps[code].map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {error.command !== undefined && (
            <div className={styles.command}>
              <p>{words.command}</p>
              <CommandLine command={error.command} />
            </div>
          )}
        </section>
        <div className={styles.actions}>
          <Button
            look="primary"
            className={styles.safe}
            onClick={() => void doing.run('connection.disconnect', { gatewayId })}
          >
            {words.leave}
          </Button>
          <Button onClick={() => ui.putAlarmAside(gatewayId, true)}>{words.read}</Button>
          {code === 'tls.pin-mismatch' ? (
            <Button onClick={() => ui.edit(gatewayId)}>{words.pinEdit}</Button>
          ) : (
            <Button disabled={doing.busy} onClick={() => void doing.run('connection.retry', { gatewayId })}>
              {code === 'ssh.host-key-revoked' ? text.common.tryAgain : words.again}
            </Button>
          )}
        </div>
        {doing.error !== null && <ErrorNote error={doing.error} />}
        <p className={styles.message}>{error.message}</p>
        <ErrorDetails error={error} />
      </div>
    </div>
  )
}
