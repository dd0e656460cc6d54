import type { OutboxContent, OutboxFile } from '../../../electron/chat/outbox-file.ts'
import { failure } from '../../../shared/result.ts'

const empty: OutboxContent = { version: 1, records: [], mainSessionKeys: {} }

/** A disk for outboxes that outlives the processes using it. */
export class MemoryDisk {
  #content = JSON.stringify(empty)
  #owner = 0
  full = false

  get content(): OutboxContent {
    return JSON.parse(this.#content) as OutboxContent
  }

  /** A new process opens the file; what older ones still write is lost, as they are dead. */
  open(): OutboxFile {
    this.#owner += 1
    const owner = this.#owner
    return {
      content: this.content,
      keptAside: null,
      write: async (content) => {
        const text = JSON.stringify(content)
        await Promise.resolve()
        if (owner !== this.#owner) return new Promise(() => undefined)
        if (this.full) throw failure('data.write-failed', { reason: 'ENOSPC' })
        this.#content = text
      },
    }
  }
}
