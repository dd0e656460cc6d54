import type { ReactNode } from 'react'
import type { ChatBlock, ChatRow, ChatRun } from '../../../shared/model/chat.ts'
import { text } from '../../../shared/text/pages.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { cx } from '../../ui/cx.ts'
import { clockTime, fullTime, span } from '../../ui/format.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { useNow } from '../../ui/use-now.ts'
import { Markdown } from './markdown.tsx'
import styles from './message.module.css'
import { ToolCard } from './tool-card.tsx'
import { rowText } from './tool-words.ts'

export interface MessageProps {
  readonly row: ChatRow
  readonly results: readonly ChatRow[]
  /** True while the run this row belongs to goes on. */
  readonly running: boolean
}

/** A row of the transcript that the agent did not write. */
export function Message({ row }: Pick<MessageProps, 'row'>) {
  switch (row.role) {
    case 'user':
      return (
        <UserBubble said={text.chat.youSaid} at={row.at} copy={rowText(row)}>
          {row.blocks.map((block, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <PlainBlock key={index} block={block} />
          ))}
          <RowNotes row={row} />
        </UserBubble>
      )
    case 'assistant':
    case 'tool':
      return (
        <Answer said="" at={null} copy="" busy={false}>
          <ToolCard name={row.toolName ?? ''} input="" result={row} running={false} />
        </Answer>
      )
    case 'system':
      return (
        <div className={styles.system}>
          <span className="hidden-visually">{text.chat.systemSaid} </span>
          <Markdown text={rowText(row)} />
        </div>
      )
  }
}

/** An answer that stands in the transcript. */
export interface WrittenAnswer extends MessageProps {
  readonly run?: undefined
}
/** An answer that is being written. */
export interface StreamingAnswer {
  readonly run: ChatRun
  readonly row?: undefined
}

/**
 * What the agent says. One component for the answer that streams and the row that takes its place, so that nothing
 * is drawn anew when it does.
 */
export function AgentMessage(props: WrittenAnswer | StreamingAnswer) {
  const { row, run } = props
  const blocks: readonly ChatBlock[] = row?.blocks ?? [{ kind: 'text', text: run?.text ?? '' }]
  const answer = blocks.findLastIndex((block) => block.kind === 'text')
  return (
    <Answer
      said={text.chat.agentSaid}
      at={row?.at ?? null}
      copy={row === undefined ? '' : rowText(row)}
      busy={run !== undefined}
    >
      {blocks.map((block, index) => (
        <AnswerBlock
          key={index === answer ? 'answer' : `block-${index}`}
          block={block}
          results={props.row === undefined ? noRows : props.results}
          running={props.row === undefined || props.running}
        />
      ))}
      {row !== undefined && <RowNotes row={row} />}
      {run !== undefined && <Activity run={run} />}
    </Answer>
  )
}

const noRows: readonly ChatRow[] = []

function Activity({ run }: { readonly run: ChatRun }) {
  const now = useNow()
  // While it writes, the text itself shows that it lives.
  if (run.activity === '' && run.text !== '') return null
  return (
    <p className={styles.activity}>
      <StateMark mark="busy" size={14} />
      {run.activity === '' ? text.chat.working : run.activity}
      <span className={styles.time}>{span(now - run.startedAt)}</span>
    </p>
  )
}

interface FrameProps {
  /** Who speaks, for those who cannot see it. */
  readonly said: string
  readonly at: number | null
  /** What the copy button copies; empty: none. */
  readonly copy: string
  readonly children: ReactNode
}

/** What the user said. */
export function UserBubble({ said, at, copy, children, foot }: FrameProps & { readonly foot?: ReactNode }) {
  return (
    <article className={styles.user}>
      <h3 className="hidden-visually">{said}</h3>
      <div className={styles.bubble}>{children}</div>
      {foot}
      <Meta at={at} copy={copy} />
    </article>
  )
}

/** What the agent said, as far as it is there. */
function Answer({ said, at, copy, busy, children }: FrameProps & { readonly busy: boolean }) {
  return (
    <article className={styles.answer} aria-busy={busy}>
      {said !== '' && <h3 className="hidden-visually">{said}</h3>}
      {children}
      <Meta at={at} copy={copy} />
    </article>
  )
}

function Meta({ at, copy }: { readonly at: number | null; readonly copy: string }) {
  if (at === null && copy === '') return null
  return (
    <div className={styles.meta}>
      {at !== null && (
        <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
          {clockTime(at)}
        </time>
      )}
      {copy !== '' && <CopyButton value={copy} label={text.chat.copyMessage} />}
    </div>
  )
}

function PlainBlock({ block }: { readonly block: ChatBlock }) {
  return block.kind === 'text' ? <p className={styles.plain}>{block.text}</p> : <OtherBlock block={block} />
}

interface AnswerBlockProps {
  readonly block: ChatBlock
  readonly results: readonly ChatRow[]
  readonly running: boolean
}

function AnswerBlock({ block, results, running }: AnswerBlockProps) {
  switch (block.kind) {
    case 'text':
      return <Markdown text={block.text} />
    case 'thinking':
      return (
        <details className={styles.thinking}>
          <summary>{text.chat.thinking}</summary>
          <p className={styles.plain}>{block.text}</p>
        </details>
      )
    case 'tool-call': {
      const result = results.find((row) => row.toolCallId === block.id)
      return <ToolCard name={block.name} input={block.arguments} result={result} running={running} />
    }
    case 'media':
    case 'unknown':
      return <OtherBlock block={block} />
  }
}

function OtherBlock({ block }: { readonly block: ChatBlock }) {
  if (block.kind === 'media')
    return <p className={styles.other}>{text.chat.media(block.name, block.mediaType)}</p>
  if (block.kind === 'unknown') return <p className={styles.other}>{text.chat.unknownBlock(block.type)}</p>
  return null
}

function RowNotes({ row }: { readonly row: ChatRow }) {
  return (
    <>
      {row.truncated && <p className={styles.note}>{text.chat.truncated}</p>}
      {row.error !== null && (
        <p className={cx(styles.note, styles.failed)}>
          {text.chat.failed} {row.error}
        </p>
      )}
      {row.partial && row.error === null && <p className={styles.note}>{text.chat.partial}</p>}
    </>
  )
}
