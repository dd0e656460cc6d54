import { useEffect, useId, useState } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { TextField } from '../../ui/field.tsx'
import styles from './gateway-form.module.css'
import { ResolvedNote } from './resolved-note.tsx'
import { useResolved } from './use-resolved.ts'

/** So many names of the SSH configuration are offered as buttons; typing finds the others. */
const offered = 6

export interface TargetFieldProps {
  readonly value: string
  readonly problem: string | null
  readonly focusFirst?: boolean
  readonly onChange: (value: string) => void
}

/** Which computer: a line with completion from the SSH configuration and, live, what the text means. */
export function TargetField({ value, problem, focusFirst = false, onChange }: TargetFieldProps) {
  const id = useId()
  const aliases = useAliases()
  const resolved = useResolved(value)
  const words = text.settings.form
  const matching = aliases
    .filter((name) => value === '' || (name.startsWith(value) && name !== value))
    .slice(0, offered)
  return (
    <div className={styles.target}>
      <TextField
        label={words.target}
        hint={words.targetHint}
        problem={problem}
        placeholder={words.targetExample}
        list={id}
        focusFirst={focusFirst}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={id}>
        {aliases.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
      {matching.length > 0 && (
        <div className={styles.aliases}>
          <span className={styles.aliasesLabel}>{words.aliases}</span>
          {matching.map((name) => (
            <button key={name} type="button" className={styles.alias} onClick={() => onChange(name)}>
              {name}
            </button>
          ))}
        </div>
      )}
      <ResolvedNote resolved={resolved} />
    </div>
  )
}

function useAliases(): readonly string[] {
  const { call } = useApp()
  const [names, setNames] = useState<readonly string[]>([])
  useEffect(() => {
    let current = true
    void call('ssh.aliases', {}).then((result) => {
      if (current && result.ok) setNames(result.value.aliases.map(({ name }) => name))
    })
    return () => {
      current = false
    }
  }, [call])
  return names
}
