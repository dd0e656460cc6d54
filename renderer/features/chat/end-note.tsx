import type { RunEnd } from '../../../shared/model/chat.ts'
import { text } from '../../../shared/text/pages.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import styles from './end-note.module.css'

/** Why the last answer is not (all) there. */
export function EndNote({ end }: { readonly end: RunEnd }) {
  if (end.state === 'aborted') return <p className={styles.note}>{text.chat.aborted}</p>
  if (end.error !== null) return <ErrorNote error={end.error} />
  return <p className={styles.note}>{text.chat.failed}</p>
}
