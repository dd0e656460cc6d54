import {
  useEffect,
  useId,
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
} from 'react'
import styles from './field.module.css'
import { cx } from './cx.ts'

interface Frame {
  readonly label: string
  readonly hint?: ReactNode
  readonly problem?: string | null
}

function describe(id: string, { hint, problem }: Frame) {
  const parts = [problem ? `${id}-problem` : null, hint ? `${id}-hint` : null].filter(Boolean)
  return {
    'aria-describedby': parts.length === 0 ? undefined : parts.join(' '),
    'aria-invalid': problem ? true : undefined,
  }
}

function FieldFrame({
  id,
  label,
  hint,
  problem,
  children,
}: Frame & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children}
      {problem && (
        <p className={styles.problem} id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
      {hint && (
        <div className={styles.hint} id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  )
}

export interface TextFieldProps extends Frame, Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> {
  readonly mono?: boolean
  readonly inputRef?: Ref<HTMLInputElement>
  /** Takes the focus when it appears. */
  readonly focusFirst?: boolean
}

/** A labelled line of text. */
export function TextField({
  label,
  hint,
  problem = null,
  mono = false,
  inputRef,
  className,
  focusFirst = false,
  ...rest
}: TextFieldProps) {
  const id = useId()
  useEffect(() => {
    if (focusFirst) document.getElementById(id)?.focus()
  }, [focusFirst, id])
  const frame: Frame = { label, hint, problem }
  return (
    <FieldFrame id={id} {...frame}>
      <input
        id={id}
        ref={inputRef}
        className={cx(styles.input, mono && styles.mono, className)}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        {...describe(id, frame)}
        {...rest}
      />
    </FieldFrame>
  )
}

export interface SelectFieldProps<V extends string>
  extends Frame, Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id' | 'onChange' | 'value'> {
  readonly value: V
  readonly options: Readonly<Record<V, string>>
  readonly onChoose: (value: V) => void
}

/** A labelled choice of one. */
export function SelectField<V extends string>({
  label,
  hint,
  problem = null,
  value,
  options,
  onChoose,
  ...rest
}: SelectFieldProps<V>) {
  const id = useId()
  const frame: Frame = { label, hint, problem }
  return (
    <FieldFrame id={id} {...frame}>
      <select
        id={id}
        className={cx(styles.input, styles.select)}
        value={value}
        onChange={(event) => onChoose(event.target.value as V)}
        {...describe(id, frame)}
        {...rest}
      >
        {(Object.keys(options) as V[]).map((key) => (
          <option key={key} value={key}>
            {options[key]}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}

export interface CheckFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'type'> {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly inputRef?: Ref<HTMLInputElement>
}

/** A labelled yes or no. */
export function CheckField({ label, hint, inputRef, ...rest }: CheckFieldProps) {
  const id = useId()
  return (
    <div className={styles.check}>
      <input
        id={id}
        ref={inputRef}
        type="checkbox"
        className={styles.box}
        aria-describedby={hint ? `${id}-hint` : undefined}
        {...rest}
      />
      <div className={styles.checkWords}>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <div className={styles.hint} id={`${id}-hint`}>
            {hint}
          </div>
        )}
      </div>
    </div>
  )
}

export interface ChoiceProps<V extends string> {
  readonly legend: string
  readonly value: V
  readonly options: Readonly<Record<V, string>>
  readonly onChoose: (value: V) => void
  /** `row`: side by side, as one control. */
  readonly layout?: 'column' | 'row'
}

/** A choice of one where all of them should be in sight. */
export function Choice<V extends string>({
  legend,
  value,
  options,
  onChoose,
  layout = 'column',
}: ChoiceProps<V>) {
  const name = useId()
  return (
    <fieldset className={cx(styles.choice, layout === 'row' && styles.row)}>
      <legend className={styles.label}>{legend}</legend>
      <div className={styles.options}>
        {(Object.keys(options) as V[]).map((key) => (
          <label key={key} className={styles.option}>
            <input
              type="radio"
              className={styles.box}
              name={name}
              value={key}
              checked={value === key}
              onChange={() => onChoose(key)}
            />
            <span>{options[key]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
