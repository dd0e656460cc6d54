import { groups } from './fingerprint-groups.ts'
import { cx } from './cx.ts'
import styles from './fingerprint.module.css'

/** A fingerprint in groups of four, so that two can be compared by eye; copied as it is. */
export function Fingerprint({ value }: { readonly value: string }) {
  const [kind, rest] = splitKind(value)
  return (
    <code className={styles.fingerprint}>
      <span className={cx('hidden-visually', styles.whole)}>{value}</span>
      <span aria-hidden>
        {kind !== '' && <span className={styles.kind}>{kind}</span>}
        {groups(rest).map((group, index) => (
          // The groups of one fingerprint never move.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index} className={styles.group}>
            {group}
          </span>
        ))}
      </span>
    </code>
  )
}

function splitKind(value: string): readonly [string, string] {
  const match = /^([A-Za-z0-9]+:)(?=[A-Za-z0-9+/]{20})/.exec(value)
  return match?.[1] === undefined ? ['', value] : [match[1], value.slice(match[1].length)]
}
