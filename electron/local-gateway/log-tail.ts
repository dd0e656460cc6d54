import { watch, type FSWatcher } from 'node:fs'
import { open, truncate, type FileHandle } from 'node:fs/promises'
import type { Redactor } from '../log/redactor.ts'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'

const keptLines = 200
const longestLine = 2000
/** Enough for the lines that are shown. */
const readBytes = 128 * 1024
/** The child appends for weeks; the file is emptied in place, which an appending writer does not mind. */
const fileLimit = 4 * 1024 * 1024
const settleMs = 250

export interface LogTailOptions {
  readonly file: string
  readonly redactor: Redactor
  readonly clock: Clock
  /** Called when the lines changed. */
  readonly onChange: () => void
}

/** The end of a child's output, read from the file it writes to, secrets taken out. */
export interface LogTail extends Disposable {
  lines(): readonly string[]
  /** Reads now; for the last words of a child that ended. */
  refresh(): Promise<void>
}

/** Follows a file while it is there. Nothing is polled: the system says when it grew. */
export function followLog({ file, redactor, clock, onChange }: LogTailOptions): LogTail {
  let lines: readonly string[] = []
  let watcher: FSWatcher | null = null
  let pending: Disposable | null = null
  let disposed = false
  const refresh = async (): Promise<void> => {
    const next = await readTail(file, redactor)
    if (next.length === lines.length && next.every((line, at) => line === lines[at])) return
    lines = next
    if (!disposed) onChange()
  }
  const onGrowth = (): void => {
    pending ??= clock.after(settleMs, () => {
      pending = null
      void refresh().catch(() => undefined)
    })
  }
  try {
    watcher = watch(file, { persistent: false }, onGrowth)
    watcher.on('error', () => watcher?.close())
  } catch {
    // No file yet, or no watching on this file system: refresh() still reads.
  }
  return {
    lines: () => lines,
    refresh,
    dispose() {
      disposed = true
      pending?.dispose()
      watcher?.close()
    },
  }
}

async function readTail(file: string, redactor: Redactor): Promise<readonly string[]> {
  let handle: FileHandle | null = null
  try {
    handle = await open(file, 'r')
    const { size } = await handle.stat()
    const length = Math.min(size, readBytes)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    const text = redactor.redact(buffer.subarray(0, bytesRead).toString('utf8'))
    if (size > fileLimit) await truncate(file, 0)
    return tailOf(text, size > length)
  } catch {
    return []
  } finally {
    await handle?.close()
  }
}

function tailOf(text: string, cutInFront: boolean): readonly string[] {
  const all = text.split('\n').map((line) => plainText(line).slice(0, longestLine))
  const whole = (cutInFront ? all.slice(1) : all).filter((line) => line.trim() !== '')
  return whole.slice(-keptLines)
}

/** Without the colours and cursor moves that programs write for terminals. */
const plainText = (line: string): string =>
  // eslint-disable-next-line no-control-regex
  line.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000B-\u001F\u007F]/g, '')
