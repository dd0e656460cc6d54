/** A list longer than this many characters is cut between its items, so that the part being written stays short. */
const longList = 4_000

const fenceOpen = /^ {0,3}(`{3,}|~{3,})(?!.*`.*`)/
const nestedFenceOpen = /^\s+(`{3,}|~{3,})/
const listItem = /^ {0,3}([-*+]|\d{1,9}[.)])(\s|$)/
const topItem = /^([-*+]|\d{1,9}[.)])(\s|$)/
const definition = /^ {0,3}\[[^\]]+\]:\s*\S/

type Kind = 'fence' | 'list' | 'indented' | 'text'

/**
 * Cuts Markdown into its top-level blocks while it grows. Blocks that are finished are never looked at again, and
 * keep their text: whoever draws them draws them once.
 */
export class BlockSplitter {
  #text = ''
  #finished: string[] = []
  /** Where the block that is being written begins. */
  #tail = 0
  /** Link definitions of finished blocks: other blocks may refer to them. */
  #definitions: string[] = []

  /** The blocks of `text`, the last of which may still grow. Quick when `text` continues the one given before. */
  split(text: string): { readonly blocks: readonly string[]; readonly definitions: string } {
    if (!text.startsWith(this.#text)) {
      this.#finished = []
      this.#tail = 0
      this.#definitions = []
    }
    this.#text = text
    for (;;) {
      const end = blockEnd(text, this.#tail)
      if (end === null) break
      this.#finish(text.slice(this.#tail, end))
      this.#tail = end
    }
    const tail = text.slice(this.#tail)
    const blocks = tail.trim() === '' ? [...this.#finished] : [...this.#finished, tail]
    return { blocks, definitions: this.#definitions.join('\n') }
  }

  #finish(block: string): void {
    const trimmed = block.replace(/^\n+|\s+$/g, '')
    if (trimmed === '') return
    this.#finished.push(trimmed)
    if (!trimmed.includes(']:')) return
    this.#definitions.push(...trimmed.split('\n').filter((line) => definition.test(line)))
  }
}

/** Where the block that begins at `from` is certainly over, or null while more text may still belong to it. */
function blockEnd(text: string, from: number): number | null {
  let kind: Kind | null = null
  let fence = ''
  let blank = false
  let at = from
  for (;;) {
    const newline = text.indexOf('\n', at)
    // A line that is not complete may become anything: it decides nothing.
    if (newline === -1) return null
    const line = text.slice(at, newline)
    const next = newline + 1
    if (fence !== '') {
      if (closes(line, fence)) {
        fence = ''
        if (kind === 'fence') return next
      }
    } else if (line.trim() === '') {
      if (kind === 'text') return next
      blank = true
    } else if (kind === null) {
      kind = kindOf(line)
      if (kind === 'fence') fence = fenceOpen.exec(line)?.[1] ?? '```'
      blank = false
    } else {
      if (endsBefore(line, kind, blank, at - from)) return at
      if (kind === 'list') fence = nestedFenceOpen.exec(line)?.[1] ?? ''
      blank = false
    }
    at = next
  }
}

function kindOf(line: string): Kind {
  if (fenceOpen.test(line)) return 'fence'
  if (listItem.test(line)) return 'list'
  return /^( {4}|\t)/.test(line) ? 'indented' : 'text'
}

/** Whether a line that is not blank begins another block. */
function endsBefore(line: string, kind: Kind, blank: boolean, length: number): boolean {
  // Indented, it may be a part of the list item above it.
  if (kind === 'list' ? /^ ?(`{3,}|~{3,})/.test(line) : fenceOpen.test(line)) return true
  switch (kind) {
    case 'fence':
      return true
    case 'text':
      return false
    case 'indented':
      return !/^( {4}|\t)/.test(line)
    case 'list':
      if (length > longList && topItem.test(line)) return true
      return blank && !/^(\s{2,}|\t)/.test(line) && !listItem.test(line)
  }
}

function closes(line: string, fence: string): boolean {
  const bare = line.trim()
  return bare.length >= fence.length && bare === (fence[0] ?? '`').repeat(bare.length)
}

/** The parts of a block that is one fenced piece of code, closed or still being written; null for all others. */
export function fencedCode(block: string): { readonly language: string; readonly code: string } | null {
  const open = fenceOpen.exec(block)
  if (open === null) return null
  const newline = block.indexOf('\n')
  if (newline === -1) return { language: '', code: '' }
  const fence = open[1] ?? '```'
  const language = block.slice(open[0].length, newline).trim().split(/\s/, 1)[0] ?? ''
  const body = block.slice(newline + 1)
  const lastLine = body.slice(body.trimEnd().lastIndexOf('\n') + 1)
  const code = closes(lastLine, fence) ? body.slice(0, body.trimEnd().lastIndexOf('\n') + 1) : body
  return { language, code: code.replace(/\n$/, '') }
}
