import { useEffect, useRef, useState } from 'react'
import type { GatewayPlace } from '../../../shared/model/gateway.ts'
import type { AppError } from '../../../shared/result.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useSnapshot } from '../../stores/app.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import {
  emptyForm,
  readForm,
  suggestedName,
  type FormProblems,
  type FormValues,
} from '../gateway-form/form-model.ts'
import { AdvancedFields, PlaceFields } from '../gateway-form/place-fields.tsx'
import styles from './first-run.module.css'
import { localHint } from './where-step.tsx'

const words = text.firstRun

export interface WhichStepProps {
  readonly kind: GatewayPlace['kind']
  readonly onBack: () => void
}

/** The second decision: which computer or address. What is typed is explained while it is typed. */
export function WhichStep({ kind, onBack }: WhichStepProps) {
  const { call, ui } = useApp()
  const first = useSnapshot(({ gateways }) => gateways.every((gateway) => gateway.demo))
  const local = useSnapshot((state) => state.local)
  const [values, setValues] = useState<FormValues>(() => emptyForm(kind, first))
  const [problems, setProblems] = useState<FormProblems>({})
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  const startsFirst = kind === 'local' && (local.state === 'stopped' || local.state === 'failed')

  useEffect(() => {
    if (kind === 'local') heading.current?.focus()
  }, [kind])

  const change = (part: Partial<FormValues>): void => {
    setValues((before) => ({ ...before, ...part }))
    setProblems({})
  }

  const connect = async (): Promise<void> => {
    const read = readForm(values)
    if ('problems' in read) {
      setProblems(read.problems)
      return
    }
    setBusy(true)
    setError(null)
    if (startsFirst) {
      const started = await call('local.start', {})
      if (!started.ok) {
        setBusy(false)
        setError(started.error)
        return
      }
    }
    const result = await call('gateways.add', { draft: read.draft, connect: true })
    setBusy(false)
    if (result.ok) ui.arrive(result.value.id)
    else setError(result.error)
  }

  const title = kind === 'ssh' ? words.which : kind === 'direct' ? words.whichAddress : words.local
  return (
    <section className={styles.section}>
      <p className={styles.step}>{words.step(2)}</p>
      <h1 className={styles.question} ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void connect()
        }}
      >
        {kind === 'local' && <p>{localHint(local)}</p>}
        {kind === 'local' && local.error !== null && <ErrorNote error={local.error} />}
        {kind === 'local' && local.state === 'not-installed' && local.error === null && (
          <CommandLine command={words.installCommand} />
        )}
        <PlaceFields focusFirst values={values} problems={problems} onChange={change} />
        <TextField
          label={text.settings.form.name}
          hint={text.settings.form.nameHint}
          problem={problems.name ?? null}
          placeholder={suggestedName(values)}
          maxLength={80}
          value={values.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <AdvancedFields values={values} problems={problems} onChange={change} />
        {error !== null && <ErrorNote error={error} />}
        <div className={styles.actions}>
          <Button onClick={onBack}>{words.back}</Button>
          <Button type="submit" look="primary" disabled={busy}>
            {startsFirst ? words.startAndConnect : words.connect}
          </Button>
        </div>
      </form>
    </section>
  )
}
