import path from 'node:path'
import * as z from 'zod/mini'
import { secretKinds } from '../../shared/model/secrets.ts'
import { failure } from '../../shared/result.ts'
import { reasonOf } from '../platform/data-dir.ts'
import { readFileCapped, writeFileAtomic } from '../platform/files.ts'
import { entryId } from './secret-names.ts'
import type { SecretName } from './secret-store.ts'

const indexEntrySchema = z.object({
  kind: z.enum(secretKinds),
  gatewayId: z.nullable(z.string()),
  detail: z.nullable(z.string()),
  label: z.string(),
  /** Its gateway is gone, but the keychain could not be asked to let go of it yet. */
  doomed: z.optional(z.boolean()),
})
const indexSchema = z.object({
  version: z.literal(1),
  /** Where the device's own key was put, so that no second one is ever made beside it. */
  deviceKey: z.nullable(z.enum(['keychain', 'file'])),
  entries: z.array(indexEntrySchema),
})
export type SecretIndexEntry = z.infer<typeof indexEntrySchema>
export interface SecretIndexContent {
  readonly deviceKey: 'keychain' | 'file' | null
  readonly entries: readonly SecretIndexEntry[]
}

const empty: SecretIndexContent = { deviceKey: null, entries: [] }
const maxBytes = 1024 * 1024

/** Name of the secret an index entry stands for. */
export const nameOf = (entry: SecretIndexEntry): SecretName => ({
  kind: entry.kind,
  gatewayId: entry.gatewayId,
  ...(entry.detail === null ? {} : { detail: entry.detail }),
})

/**
 * The list of what this data dir has in the keychain: names and labels, never values (`secrets.json`, 0600). Keychains
 * can be asked for an entry but not for a list, so without it nothing could be shown or cleared away.
 */
export class SecretIndex {
  readonly #file: string
  #content: SecretIndexContent
  #queue: Promise<void> = Promise.resolve()

  private constructor(file: string, content: SecretIndexContent) {
    this.#file = file
    this.#content = content
  }

  /** A file that cannot be understood counts as empty: the keychain still has the entries, and asking for one adds it. */
  static async open(dataDir: string): Promise<SecretIndex> {
    const file = path.join(dataDir, 'secrets.json')
    return new SecretIndex(file, await read(file))
  }

  get content(): SecretIndexContent {
    return this.#content
  }

  has(name: SecretName): boolean {
    return this.#content.entries.some((entry) => entryId(nameOf(entry)) === entryId(name))
  }

  isDoomed(name: SecretName): boolean {
    const id = entryId(name)
    return this.#content.entries.some((entry) => entry.doomed === true && entryId(nameOf(entry)) === id)
  }

  add(name: SecretName, label: string): Promise<void> {
    const id = entryId(name)
    const entry: SecretIndexEntry = {
      kind: name.kind,
      gatewayId: name.gatewayId,
      detail: name.detail ?? null,
      label,
    }
    return this.#change((content) => {
      const same = content.entries.find((known) => entryId(nameOf(known)) === id)
      if (same?.label === label && same.doomed !== true) return content
      return { ...content, entries: [...without(content, id), entry] }
    })
  }

  remove(name: SecretName): Promise<void> {
    const id = entryId(name)
    return this.#change((content) =>
      this.#hasId(content, id) ? { ...content, entries: without(content, id) } : content,
    )
  }

  /** Marks entries that are to be removed as soon as the keychain lets us. */
  doom(names: readonly SecretName[]): Promise<void> {
    const ids = new Set(names.map(entryId))
    return this.#change((content) => ({
      ...content,
      entries: content.entries.map((entry) =>
        ids.has(entryId(nameOf(entry))) ? { ...entry, doomed: true } : entry,
      ),
    }))
  }

  setDeviceKey(place: SecretIndexContent['deviceKey']): Promise<void> {
    return this.#change((content) =>
      content.deviceKey === place ? content : { ...content, deviceKey: place },
    )
  }

  #hasId(content: SecretIndexContent, id: string): boolean {
    return content.entries.some((entry) => entryId(nameOf(entry)) === id)
  }

  #change(change: (content: SecretIndexContent) => SecretIndexContent): Promise<void> {
    const turn = this.#queue.then(async () => {
      // Read anew: another face of Hawser may have added an entry meanwhile.
      const current = await read(this.#file)
      const next = change(current)
      if (next !== current) {
        const text = `${JSON.stringify({ version: 1, ...next }, null, 2)}\n`
        await writeFileAtomic(this.#file, text).catch((error: unknown) => {
          throw failure('data.write-failed', { file: this.#file, reason: reasonOf(error) }, { cause: error })
        })
      }
      this.#content = next
    })
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}

const without = (content: SecretIndexContent, id: string): readonly SecretIndexEntry[] =>
  content.entries.filter((entry) => entryId(nameOf(entry)) !== id)

async function read(file: string): Promise<SecretIndexContent> {
  try {
    const text = await readFileCapped(file, maxBytes)
    if (text === null) return empty
    const { deviceKey, entries } = indexSchema.parse(JSON.parse(text))
    return { deviceKey, entries }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) return empty
    throw failure('data.read-failed', { file, reason: reasonOf(error) }, { cause: error })
  }
}
