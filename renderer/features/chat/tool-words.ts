import type { ChatRow } from '../../../shared/model/chat.ts'

/** The arguments that say most about a call, in this order. */
const telling = ['command', 'cmd', 'path', 'file_path', 'file', 'url', 'query', 'pattern', 'message', 'text']

/** One line about a call: its most telling argument, else all of them. */
export function toolSummary(input: string): string {
  const parsed = parse(input)
  if (typeof parsed !== 'object' || parsed === null) return oneLine(input)
  const values = parsed as Readonly<Record<string, unknown>>
  const key = telling.find((name) => typeof values[name] === 'string')
  if (key !== undefined) return oneLine(String(values[key]))
  return Object.keys(values).length === 0 ? '' : oneLine(JSON.stringify(values))
}

/** The arguments as a person can read them. */
export function prettyArguments(input: string): string {
  const parsed = parse(input)
  return parsed === undefined ? input : JSON.stringify(parsed, null, 2)
}

/** The plain text of a row. */
export const rowText = (row: ChatRow): string =>
  row.blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n\n')

const oneLine = (value: string): string => value.replace(/\s+/g, ' ').slice(0, 300)

function parse(input: string): unknown {
  try {
    return JSON.parse(input)
  } catch {
    return undefined
  }
}
