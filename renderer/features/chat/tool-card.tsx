import { Wrench } from 'lucide-react'
import { useState } from 'react'
import type { ChatRow } from '../../../shared/model/chat.ts'
import { text } from '../../../shared/text/pages.ts'
import { cx } from '../../ui/cx.ts'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { toolSummary, prettyArguments, rowText } from './tool-words.ts'
import styles from './tool-card.module.css'

/** No more of a result than this is shown: some are as large as a book. */
const longestResult = 20_000

export interface ToolCardProps {
  readonly name: string
  /** JSON text. */
  readonly input: string
  readonly result: ChatRow | undefined
  /** True while the run it belongs to goes on. */
  readonly running: boolean
}

/** What a tool was asked and what it answered, folded to one line. */
export function ToolCard({ name, input, result, running }: ToolCardProps) {
  const [open, setOpen] = useState(false)
  const words = text.chat
  const state =
    result === undefined ? (running ? 'running' : 'unknown') : result.error === null ? 'ok' : 'failed'
  const output = result === undefined ? '' : (result.error ?? rowText(result))
  return (
    <details className={styles.card} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={styles.summary}>
        <Wrench size={13} aria-hidden />
        <span className={styles.name}>{words.tool(name)}</span>
        <code className={styles.input}>{toolSummary(input)}</code>
        <span className={cx(styles.state, state === 'failed' && styles.failed)}>
          {words.toolState[state]}
        </span>
      </summary>
      {open && (
        <div className={styles.body}>
          <Piece title={words.toolInput} content={prettyArguments(input)} />
          {output !== '' && <Piece title={words.toolOutput} content={output} />}
        </div>
      )}
    </details>
  )
}

function Piece({ title, content }: { readonly title: string; readonly content: string }) {
  const cut = content.length > longestResult
  return (
    <div>
      <p className={styles.title}>{title}</p>
      <ScrollArea className={styles.text} label={title}>
        <pre>{cut ? content.slice(0, longestResult) : content}</pre>
      </ScrollArea>
      {cut && <p className={styles.title}>{text.chat.toolCut(longestResult, content.length)}</p>}
    </div>
  )
}
