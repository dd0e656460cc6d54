import path from 'node:path'
import * as z from 'zod/mini'
import { appErrorField } from '../../shared/model/connection.ts'
import { outboxStates } from '../../shared/model/chat.ts'
import { failure } from '../../shared/result.ts'
import type { Clock } from '../platform/clock.ts'
import { ensureDataDir, reasonOf } from '../platform/data-dir.ts'
import { keepAside, readFileCapped, writeFileAtomic } from '../platform/files.ts'

/** Larger than any outbox a person can type; a file beyond it is not ours. */
const maxBytes = 256 * 1024 * 1024

const recordSchema = z.object({
  key: z.string(),
  gatewayId: z.string(),
  sessionKey: z.nullable(z.string()),
  text: z.string(),
  createdAt: z.number(),
  state: z.enum(outboxStates),
  error: z.nullable(appErrorField),
  /** Epoch ms of the first try that may have reached a gateway; null: it never left. */
  attemptedAt: z.nullable(z.number()),
  /** The transcript it was first sent into, where known: one that was replaced proves nothing. */
  sessionId: z.nullable(z.string()),
  /** The gateway process that acknowledged it: while it lives, it holds the message. */
  ackedBy: z.nullable(z.string()),
  /** The person asked to send it again: under the same key, or under a new one if it is not in the transcript. */
  again: z.nullable(z.enum(['same', 'fresh'])),
})
/** A message of the person until it stands in the transcript, as it is kept on disk. */
export type OutboxRecord = Readonly<z.infer<typeof recordSchema>>

const fileSchema = z.object({
  version: z.literal(1),
  records: z.array(recordSchema),
  /** The main conversation of each gateway that was ever connected, so that it can be opened while the link is down. */
  mainSessionKeys: z.record(z.string(), z.string()),
})
export type OutboxContent = Readonly<z.infer<typeof fileSchema>>

export interface OutboxFile {
  readonly content: OutboxContent
  /** The new name of a file that was broken (or of a newer Hawser) and had to be kept aside. */
  readonly keptAside: string | null
  /** Resolves when `content` (or something newer) is on disk. Rejects with `data.write-failed`; the old file stays. */
  write(content: OutboxContent): Promise<void>
}

/** Opens `outbox.json` of the data dir. A file that cannot be understood is moved aside, never overwritten. */
export async function openOutboxFile(dataDir: string, clock: Clock): Promise<OutboxFile> {
  await ensureDataDir(dataDir)
  const file = path.join(dataDir, 'outbox.json')
  const read = await readContent(file, clock)
  let waiting: { content: OutboxContent; readonly done: Promise<void> } | null = null
  let last: Promise<void> = Promise.resolve()

  const writeNow = async (content: OutboxContent): Promise<void> => {
    try {
      await writeFileAtomic(file, JSON.stringify(content))
    } catch (error) {
      throw failure('data.write-failed', { file, reason: reasonOf(error) }, { cause: error })
    }
  }

  return {
    ...read,
    write(content) {
      // While one write runs, all that follow become one: only the newest state matters.
      if (waiting !== null) {
        waiting.content = content
        return waiting.done
      }
      const done = last.then(
        () => writeLatest(),
        () => writeLatest(),
      )
      waiting = { content, done }
      last = done
      return done
    },
  }

  function writeLatest(): Promise<void> {
    const content = waiting?.content
    waiting = null
    return content === undefined ? Promise.resolve() : writeNow(content)
  }
}

async function readContent(
  file: string,
  clock: Clock,
): Promise<{ readonly content: OutboxContent; readonly keptAside: string | null }> {
  const empty: OutboxContent = { version: 1, records: [], mainSessionKeys: {} }
  let text: string | null
  try {
    text = await readFileCapped(file, maxBytes)
  } catch (error) {
    throw failure('data.read-failed', { file, reason: reasonOf(error) }, { cause: error })
  }
  if (text === null) return { content: empty, keptAside: null }
  const parsed = fileSchema.safeParse(parseJson(text))
  if (parsed.success) return { content: parsed.data, keptAside: null }
  try {
    return { content: empty, keptAside: await keepAside(file, 'broken', clock.now()) }
  } catch (error) {
    throw failure('data.write-failed', { file, reason: reasonOf(error) }, { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
