import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** One file as it was when it was built from: size in bytes and time of change in ms. */
type FileMark = readonly [file: string, size: number, changed: number]

interface Stamp {
  readonly inputs: readonly FileMark[]
  readonly outputs: readonly string[]
}

/**
 * True if everything that was built from is as it was and everything that came out is still there. A new file needs no
 * look of its own: whatever imports it has changed as well.
 */
export async function isFresh(stampFile: string): Promise<boolean> {
  const stamp = await readStamp(stampFile)
  if (stamp === null) return false
  const inputs = await Promise.all(stamp.inputs.map(async (mark) => same(mark, await markOf(mark[0]))))
  const outputs = await Promise.all(stamp.outputs.map(async (file) => (await markOf(file)) !== null))
  return [...inputs, ...outputs].every(Boolean)
}

/**
 * Writes down what was built from what. An input that changed after `startedAt` (epoch ms) may have been read before
 * or after its change, so it makes the stamp stale at once.
 */
export async function writeStamp(
  stampFile: string,
  inputs: readonly string[],
  outputs: readonly string[],
  startedAt: number,
): Promise<void> {
  const marks = await Promise.all(inputs.map(markOf))
  const kept = inputs.map((file, index): FileMark => {
    const mark = marks[index]
    return mark && mark[2] <= startedAt ? mark : [file, -1, 0]
  })
  await mkdir(path.dirname(stampFile), { recursive: true })
  const draft = `${stampFile}.${process.pid}`
  await writeFile(draft, JSON.stringify({ inputs: kept, outputs } satisfies Stamp))
  await rename(draft, stampFile)
}

async function markOf(file: string): Promise<FileMark | null> {
  try {
    const found = await stat(file)
    return [file, found.size, found.mtimeMs]
  } catch {
    return null
  }
}

const same = (before: FileMark, now: FileMark | null): boolean =>
  now !== null && now[1] === before[1] && now[2] === before[2]

async function readStamp(stampFile: string): Promise<Stamp | null> {
  try {
    return JSON.parse(await readFile(stampFile, 'utf8')) as Stamp
  } catch {
    return null
  }
}
