import { createHash } from 'node:crypto'
import type { ChatBlock, ChatRow } from '../../shared/model/chat.ts'
import { asFields, asList, asNumber, asText, isFields, type Fields } from './fields.ts'

/** A row with its place in the transcript. */
export interface PlacedRow {
  readonly row: ChatRow
  /** Position the gateway gave it; null on gateways that give none. */
  readonly seq: number | null
  /** Marks where the transcript was begun anew: what stood before it is gone from the history. */
  readonly isReset: boolean
}

const truncationMark = /\n\.\.\.\(truncated\)\.\.\.$/
/** Old gateways show the model's view of a message: its id stands in a last line of its own. */
const messageIdLine = /\s*\[message_id: ([^\]\n]+)\]\s*$/

/**
 * Reads the rows of a history page, oldest first. Never throws: what is not understood becomes an `unknown` block.
 * A row that is sent twice stands once; different pieces that share an id are told apart by a number behind it.
 */
export function readRows(messages: unknown): readonly PlacedRow[] {
  const seen = new Map<string, PlacedRow[]>()
  const rows: PlacedRow[] = []
  for (const message of asList(messages)) {
    const placed = readRow(message)
    if (placed === null) continue
    const same = seen.get(placed.row.id) ?? []
    if (placed.seq !== null && same.some((each) => isSameRow(each, placed))) continue
    const row = same.length === 0 ? placed.row : { ...placed.row, id: `${placed.row.id}~${same.length}` }
    rows.push({ ...placed, row })
    seen.set(placed.row.id, [...same, placed])
  }
  return rows
}

const isSameRow = (a: PlacedRow, b: PlacedRow): boolean =>
  a.row.role === b.row.role && JSON.stringify(a.row.blocks) === JSON.stringify(b.row.blocks)

/** Reads one row; null for rows that a person is not meant to see. */
export function readRow(value: unknown): PlacedRow | null {
  if (!isFields(value)) return null
  const extra = asFields(value['__openclaw'])
  const role = readRole(value)
  const key = asText(value['idempotencyKey']) ?? asText(extra['idempotencyKey'])
  const abort = value['openclawAbort']
  const failed = value['stopReason'] === 'error' || asText(value['errorMessage']) !== null
  const { blocks, messageId } = withoutMessageId(role, readBlocks(value, role, extra))
  if (role === 'assistant' && isSilent(blocks)) return null
  const kind = asText(extra['kind'])
  const row: ChatRow = {
    id: asText(extra['id']) ?? madeId(value),
    role,
    blocks,
    at: asNumber(value['timestamp']) ?? asNumber(extra['recordTimestampMs']),
    messageKey: role === 'user' ? (key?.endsWith(':user') === true ? key.slice(0, -5) : messageId) : null,
    runId: asText(extra['runId']) ?? (role === 'assistant' ? runOfKey(key) : null),
    model: role === 'assistant' ? readModel(value) : null,
    partial: isFields(abort) && abort['aborted'] === true,
    truncated: extra['truncated'] === true,
    error: failed ? (asText(value['errorMessage']) ?? plainText(blocks)) : null,
    toolCallId: asText(value['toolCallId']),
    toolName: asText(value['toolName']),
  }
  return { row, seq: asNumber(extra['seq']), isReset: kind === 'reset' }
}

/** The text of a row or of a message of a run: its text blocks, one paragraph each. */
export const plainText = (blocks: readonly ChatBlock[]): string =>
  blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('\n\n')

/** The text of an answer as `chat` events carry it. */
export const messageText = (message: unknown): string =>
  plainText(readBlocks(asFields(message), 'assistant', {}))

/** The text as the gateway had it before it was cut for display. */
export const uncut = (text: string): string => text.replace(truncationMark, '')

function readRole(message: Fields): ChatRow['role'] {
  // A gateway that was killed speaks to the model in the user's place; a person never wrote that.
  if (asFields(message['provenance'])['kind'] === 'internal_system') return 'system'
  switch (message['role']) {
    case 'user':
      return 'user'
    case 'assistant':
      return 'assistant'
    case 'toolResult':
    case 'tool':
      return 'tool'
    default:
      return 'system'
  }
}

function readBlocks(message: Fields, role: ChatRow['role'], extra: Fields): ChatBlock[] {
  const { content } = message
  const blocks: ChatBlock[] =
    typeof content === 'string'
      ? content === ''
        ? []
        : [{ kind: 'text', text: content }]
      : asList(content).flatMap((block) => readBlock(block))
  const inline = blocks.some((block) => block.kind === 'media')
  // Attachments stand beside the text of a user's row, not in it.
  if (role === 'user' && !inline) blocks.push(...asList(extra['media']).map((item) => readMedia(item)))
  return blocks
}

function readBlock(value: unknown): ChatBlock[] {
  if (typeof value === 'string') return [{ kind: 'text', text: value }]
  const block = asFields(value)
  const type = asText(block['type']) ?? 'nothing'
  switch (type) {
    case 'text': {
      const text = asText(block['text'])
      return text === null ? [] : [{ kind: 'text', text }]
    }
    case 'thinking': {
      const text = asText(block['thinking']) ?? asText(block['text'])
      return text === null ? [] : [{ kind: 'thinking', text }]
    }
    case 'toolCall': {
      const id = asText(block['id']) ?? ''
      const name = asText(block['name']) ?? 'tool'
      return [{ kind: 'tool-call', id, name, arguments: JSON.stringify(block['arguments'] ?? {}) }]
    }
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return [readMedia({ ...block, kind: type })]
    default:
      return [{ kind: 'unknown', type }]
  }
}

function readMedia(value: unknown): ChatBlock {
  const item = asFields(value)
  const mediaType =
    asText(item['contentType']) ?? asText(item['mimeType']) ?? asText(item['kind']) ?? 'unknown'
  return { kind: 'media', mediaType, name: asText(item['fileName']) ?? asText(item['name']) ?? '' }
}

function withoutMessageId(
  role: ChatRow['role'],
  blocks: ChatBlock[],
): { readonly blocks: ChatBlock[]; readonly messageId: string | null } {
  const last = blocks.at(-1)
  const match = role === 'user' && last?.kind === 'text' ? messageIdLine.exec(last.text) : null
  if (match === null || last?.kind !== 'text') return { blocks, messageId: null }
  const text = last.text.slice(0, match.index)
  return { blocks: [...blocks.slice(0, -1), { kind: 'text', text }], messageId: match[1] ?? null }
}

/** Answers that the gateway writes itself (to a command, after a stop) name their run in their key only. */
const runOfKey = (key: string | null): string | null =>
  key === null ? null : key.replace(/:(assistant|terminal-error)$/, '')

/** The agent's way of saying nothing. */
const isSilent = (blocks: readonly ChatBlock[]): boolean =>
  blocks.length > 0 &&
  blocks.every((block) => block.kind === 'text' && /^\s*(NO_REPLY|HEARTBEAT_OK)\s*$/.test(block.text))

function readModel(message: Fields): string | null {
  const model = asText(message['model'])
  return model === 'gateway-injected' ? null : model
}

/** Old gateways name no rows: made from what does not change, so that a window that slides keeps the ids. */
function madeId(message: Fields): string {
  const { role, timestamp, content, toolCallId } = message
  const hash = createHash('sha256').update(JSON.stringify([role, timestamp, content, toolCallId]))
  return `made-${hash.digest('hex').slice(0, 24)}`
}
