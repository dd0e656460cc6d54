import { text } from '../../../shared/text/pages.ts'
import { SelectField, TextField } from '../../ui/field.tsx'
import type { FormProblems, FormValues } from './form-model.ts'
import styles from './gateway-form.module.css'
import { TargetField } from './target-field.tsx'

const words = text.settings.form

export interface PlaceFieldsProps {
  readonly values: FormValues
  readonly problems: FormProblems
  readonly onChange: (change: Partial<FormValues>) => void
  readonly focusFirst?: boolean
}

/** The fields that say where a gateway is. */
export function PlaceFields(props: PlaceFieldsProps) {
  const { values, problems, onChange, focusFirst = false } = props
  switch (values.kind) {
    case 'ssh':
      return (
        <TargetField
          value={values.target}
          problem={problems.target ?? null}
          focusFirst={focusFirst}
          onChange={(target) => onChange({ target })}
        />
      )
    case 'direct':
      return (
        <TextField
          label={words.url}
          hint={words.urlHint}
          placeholder={words.urlExample}
          problem={problems.url ?? null}
          inputMode="url"
          focusFirst={focusFirst}
          value={values.url}
          onChange={(event) => onChange({ url: event.target.value })}
        />
      )
    case 'local':
      return null
  }
}

/** What most people never need, folded. Opens by itself where something in it is wrong. */
export function AdvancedFields({ values, problems, onChange }: PlaceFieldsProps) {
  const wrong = Boolean(
    problems.remotePort ?? problems.localPort ?? problems.ownPort ?? problems.tlsFingerprint,
  )
  return (
    <details className={styles.advanced} open={wrong || undefined}>
      <summary>{words.advanced}</summary>
      <div className={styles.fields}>
        {values.kind === 'ssh' && <SshFields values={values} problems={problems} onChange={onChange} />}
        {values.kind === 'direct' && (
          <TextField
            mono
            label={words.pin}
            hint={words.pinHint}
            problem={problems.tlsFingerprint ?? null}
            value={values.tlsFingerprint}
            onChange={(event) => onChange({ tlsFingerprint: event.target.value })}
          />
        )}
        {values.kind === 'local' && (
          <TextField
            label={words.port}
            hint={words.portHint}
            problem={problems.ownPort ?? null}
            inputMode="numeric"
            value={values.ownPort}
            onChange={(event) => onChange({ ownPort: event.target.value })}
          />
        )}
      </div>
    </details>
  )
}

function SshFields({ values, problems, onChange }: PlaceFieldsProps) {
  return (
    <>
      <TextField
        label={words.remotePort}
        hint={words.remotePortHint}
        problem={problems.remotePort ?? null}
        inputMode="numeric"
        value={values.remotePort}
        onChange={(event) => onChange({ remotePort: event.target.value })}
      />
      <SelectField
        label={words.localPort}
        hint={words.localPortHint[values.localMode]}
        value={values.localMode}
        options={words.localPortModes}
        onChoose={(localMode) => onChange({ localMode })}
      />
      {values.localMode !== 'off' && (
        <TextField
          label={words.localPortNumber}
          problem={problems.localPort ?? null}
          inputMode="numeric"
          value={values.localPort}
          onChange={(event) => onChange({ localPort: event.target.value })}
        />
      )}
      <SelectField
        label={words.engine}
        value={values.engine}
        options={words.engineModes}
        onChoose={(engine) => onChange({ engine })}
      />
      <TextField
        mono
        label={words.identity}
        hint={words.identityHint}
        value={values.identityFile}
        onChange={(event) => onChange({ identityFile: event.target.value })}
      />
    </>
  )
}
