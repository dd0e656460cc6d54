import { text } from '../../shared/text/pages.ts'
import styles from './command-line.module.css'
import { CopyButton } from './copy-button.tsx'

/** A command a person can copy into a terminal. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <div className={styles.line}>
      <code className={styles.command}>{command}</code>
      <CopyButton value={command} label={text.common.copyCommand(command)} />
    </div>
  )
}
