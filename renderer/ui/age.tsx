import { age, fullTime } from './format.ts'
import { useNow } from './use-now.ts'

/** How long ago something was, kept up to date; the exact time on hover. */
export function Age({ at }: { readonly at: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {age(at, now)}
    </time>
  )
}
