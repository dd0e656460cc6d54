import { memo, useState, type ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { text as words } from '../../../shared/text/pages.ts'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { CodeBlock } from './code-block.tsx'
import { allowedUrl, Link } from './link.tsx'
import styles from './markdown.module.css'
import { BlockSplitter, fencedCode } from './split-blocks.ts'

/** A single block longer than this is shown as it was written: formatting it would hold up the page. */
const longestFormatted = 24_000

/**
 * Markdown of a message. It is cut into top-level blocks, and a block whose text did not change is not drawn again:
 * while an answer streams, only its last block is.
 */
export function Markdown({ text }: { readonly text: string }) {
  const [splitter] = useState(() => new BlockSplitter())
  const { blocks, definitions } = splitter.split(text)
  return (
    <div className={styles.markdown}>
      {blocks.map((block, index) => (
        // Blocks never change places: the index is their identity.
        // oxlint-disable-next-line react/no-array-index-key
        <Block key={index} text={block} definitions={block.includes('[') ? definitions : ''} />
      ))}
    </div>
  )
}

const Block = memo(function Block({
  text,
  definitions,
}: {
  readonly text: string
  readonly definitions: string
}) {
  const fenced = fencedCode(text)
  if (fenced !== null) return <CodeBlock language={fenced.language} code={fenced.code} />
  if (text.length > longestFormatted) return <p className={styles.plain}>{text}</p>
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={allowedUrl}>
      {definitions === '' ? text : `${text}\n\n${definitions}`}
    </ReactMarkdown>
  )
})

const plugins = [remarkGfm]

const headings = { 1: 'h4', 2: 'h5', 3: 'h6', 4: 'h6', 5: 'h6', 6: 'h6' } as const

/** The page's own headings come first: a message must not look like a part of the page to a screen reader. */
const heading = (level: keyof typeof headings) =>
  function Heading({ children }: { readonly children?: ReactNode }) {
    const Tag = headings[level]
    return <Tag className={styles[`heading${level}`]}>{children}</Tag>
  }

const components: Components = {
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ alt }) => <span className={styles.image}>{words.chat.image(alt ?? '')}</span>,
  pre: ({ node }) => {
    const code = node?.children[0]
    const names = code?.type === 'element' ? code.properties['className'] : undefined
    const name = Array.isArray(names) ? (names[0] ?? '') : ''
    return <CodeBlock language={name.replace(/^language-/, '')} code={codeText(code).replace(/\n$/, '')} />
  },
  table: ({ children }) => (
    <ScrollArea className={styles.tableFrame} label={words.chat.table}>
      <table>{children}</table>
    </ScrollArea>
  ),
  input: ({ checked }) => <input type="checkbox" checked={checked === true} disabled readOnly aria-hidden />,
}

function codeText(node: unknown): string {
  const { value, children } = node as { value?: string; children?: unknown[] }
  return value ?? (children ?? []).map(codeText).join('')
}
