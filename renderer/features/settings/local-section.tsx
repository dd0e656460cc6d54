import { useState } from 'react'
import type { LocalGatewayView } from '../../../shared/model/local-gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useSnapshot } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Choice, TextField } from '../../ui/field.tsx'
import { age } from '../../ui/format.ts'
import { LogLines } from '../../ui/log-lines.tsx'
import { Fact, Facts, Section } from '../../ui/section.tsx'
import type { Mark } from '../../ui/mark.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './settings.module.css'

const words = text.settings.local

const marks: Record<LocalGatewayView['state'], Mark> = {
  unknown: 'idle',
  'not-installed': 'idle',
  stopped: 'idle',
  starting: 'busy',
  running: 'ready',
  stopping: 'busy',
  failed: 'stopped',
}

/** The gateway of this computer: what stands, who runs it, and how to start and stop it. */
export function LocalSection() {
  const local = useSnapshot((state) => state.local)
  const now = useNow()
  return (
    <Section
      title={words.title}
      hint={words.hint}
      source={local.checkedAt === null ? undefined : words.checked(age(local.checkedAt, now))}
    >
      <LocalState local={local} />
      <LocalPaths local={local} />
      <QuitChoice />
    </Section>
  )
}

function LocalState({ local }: { readonly local: LocalGatewayView }) {
  const doing = useDoing()
  const canStart = local.state === 'stopped' || local.state === 'failed'
  const canStop = local.state === 'running' && local.owner !== 'other'
  return (
    <>
      <p className={styles.state}>
        <StateMark mark={marks[local.state]} />
        <strong>{words.state[local.state]}</strong>
        {local.owner !== null && <span className={styles.soft}>{ownerWords(local)}</span>}
      </p>
      <Facts>
        {local.version !== null && <Fact name={words.version}>{local.version}</Fact>}
        {local.port !== null && <Fact name={words.port}>{local.port}</Fact>}
        {local.configFile !== null && (
          <Fact name={words.config}>
            <code>{local.configFile}</code>
          </Fact>
        )}
      </Facts>
      {local.error !== null && <ErrorNote error={local.error} />}
      {doing.error !== null && doing.error.code !== local.error?.code && <ErrorNote error={doing.error} />}
      <div className={styles.actions}>
        {canStart && (
          <Button look="primary" disabled={doing.busy} onClick={() => void doing.run('local.start', {})}>
            {words.start}
          </Button>
        )}
        {canStop && (
          <Button disabled={doing.busy} onClick={() => void doing.run('local.stop', {})}>
            {words.stop}
          </Button>
        )}
        <Button disabled={doing.busy} onClick={() => void doing.run('local.look', {})}>
          {words.look}
        </Button>
      </div>
      {local.logTail.length > 0 && (
        <details open={local.state === 'failed' || undefined}>
          <summary>{words.log}</summary>
          <LogLines lines={local.logTail} label={words.log} />
        </details>
      )}
    </>
  )
}

function ownerWords({ owner, service }: LocalGatewayView): string {
  switch (owner) {
    case null:
      return ''
    case 'hawser':
      return words.owner.hawser
    case 'service':
      return words.owner.service(service ?? '')
    case 'other':
      return words.owner.other
  }
}

function LocalPaths({ local }: { readonly local: LocalGatewayView }) {
  return (
    <div className={`${styles.form} ${styles.divided}`}>
      <h3 className={styles.subtitle}>{words.paths}</h3>
      <PathField name="openclawPath" label={words.openclaw} found={local.openclawPath} />
      <PathField name="nodePath" label={words.node} found={local.nodePath} />
    </div>
  )
}

interface PathProps {
  readonly name: 'openclawPath' | 'nodePath'
  readonly label: string
  readonly found: string | null
}

/** A path that is saved when one leaves the field. */
function PathField({ name, label, found }: PathProps) {
  const doing = useDoing()
  const saved = useSnapshot(({ preferences }) => preferences[name]) ?? ''
  const [value, setValue] = useState(saved)
  const save = async (): Promise<void> => {
    const path = value.trim()
    if (path === saved) return
    await doing.run('app.set-preferences', { patch: { [name]: path === '' ? null : path } })
  }
  return (
    <TextField
      mono
      label={label}
      hint={found === null ? words.notFound : words.found(found)}
      problem={doing.error?.message ?? null}
      placeholder={words.byItself}
      value={value}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void save()
      }}
    />
  )
}

function QuitChoice() {
  const doing = useDoing()
  const chosen = useSnapshot(({ preferences }) => preferences.onQuitLocalGateway)
  return (
    <div className={`${styles.form} ${styles.divided}`}>
      <Choice
        legend={words.onQuit}
        value={chosen}
        options={words.onQuitModes}
        onChoose={(onQuitLocalGateway) =>
          void doing.run('app.set-preferences', { patch: { onQuitLocalGateway } })
        }
      />
      <p className={styles.soft}>{words.onQuitHint}</p>
      {doing.error !== null && <ErrorNote error={doing.error} />}
    </div>
  )
}
