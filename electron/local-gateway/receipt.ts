import { rm } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod/mini'
import { readFileCapped, writeFileAtomic } from '../platform/files.ts'
import { processMark } from '../platform/process-identity.ts'
import type { Spawner } from '../platform/spawn.ts'

const receiptSchema = z.object({
  version: z.literal(1),
  pid: z.int().check(z.minimum(2)),
  /** What tells this process from a later one with the same pid; see `processMark`. */
  mark: z.string(),
  port: z.number(),
})

/** Proof that a running gateway was started by Hawser: written at its start, so that a later Hawser knows it again. */
export interface Receipt {
  readonly pid: number
  readonly mark: string
  readonly port: number
}

const fileOf = (dir: string): string => path.join(dir, 'child.json')

/** Writes the receipt of a child that was just started. Rejects with the system's error. */
export async function writeReceipt(dir: string, receipt: Receipt): Promise<void> {
  await writeFileAtomic(fileOf(dir), `${JSON.stringify({ version: 1, ...receipt })}\n`)
}

export async function removeReceipt(dir: string): Promise<void> {
  await rm(fileOf(dir), { force: true })
}

/**
 * The receipt, if its very process still runs. A pid that now belongs to another program is no proof: that program is
 * left alone and the receipt thrown away. Never rejects.
 */
export async function readLivingReceipt(dir: string, spawner: Pick<Spawner, 'run'>): Promise<Receipt | null> {
  try {
    const text = await readFileCapped(fileOf(dir), 4096)
    if (text === null) return null
    const { pid, mark, port } = receiptSchema.parse(JSON.parse(text))
    if ((await processMark(pid, spawner)) === mark) return { pid, mark, port }
  } catch {
    // Not readable is as good as none.
  }
  await removeReceipt(dir).catch(() => undefined)
  return null
}
