import { text } from '../../../shared/text/pages.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import styles from './code-block.module.css'

/** A piece of code, copied with one click. Not coloured: colour is for meaning here. */
export function CodeBlock({ language, code }: { readonly language: string; readonly code: string }) {
  return (
    <figure className={styles.frame}>
      <figcaption className={styles.head}>
        <span>{text.chat.codeOf(language)}</span>
        <CopyButton value={code} label={text.chat.copyCode} />
      </figcaption>
      <ScrollArea className={styles.code} label={text.chat.codeOf(language)}>
        <pre>
          <code>{code}</code>
        </pre>
      </ScrollArea>
    </figure>
  )
}
