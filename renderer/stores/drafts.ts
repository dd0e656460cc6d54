import * as z from 'zod/mini'

const storageKey = 'hawser.drafts'
const draftSchema = z.object({ text: z.string(), key: z.string() })

/** A message that is being written. `key` goes with it to the core, so that sending it twice adds nothing. */
type Draft = z.infer<typeof draftSchema>

/** Unsent messages by conversation, kept in this tab only. */
export interface Drafts {
  read(conversation: string): Draft
  /** A changed text is another message, so it gets another key. */
  write(conversation: string, text: string): Draft
  clear(conversation: string): void
}

export function createDrafts(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  newKey: () => string,
): Drafts {
  const drafts = new Map<string, Draft>(Object.entries(load(storage)))
  const save = (): void => {
    try {
      if (drafts.size === 0) storage.removeItem(storageKey)
      else storage.setItem(storageKey, JSON.stringify(Object.fromEntries(drafts)))
    } catch {
      // A full storage costs the drafts their safety net, nothing more: they live on in memory.
    }
  }
  const read = (conversation: string): Draft => drafts.get(conversation) ?? { text: '', key: newKey() }
  return {
    read,
    write(conversation, text) {
      const before = read(conversation)
      const draft = before.text === text ? before : { text, key: newKey() }
      if (text === '') drafts.delete(conversation)
      else drafts.set(conversation, draft)
      save()
      return draft
    },
    clear(conversation) {
      drafts.delete(conversation)
      save()
    },
  }
}

function load(storage: Pick<Storage, 'getItem'>): Record<string, Draft> {
  try {
    const parsed = z
      .record(z.string(), draftSchema)
      .safeParse(JSON.parse(storage.getItem(storageKey) ?? '{}'))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}
