import type { OutboxEntry } from '../../shared/model/chat.ts'
import type { OutboxContent, OutboxFile, OutboxRecord } from './outbox-file.ts'

/** How many delivered keys are remembered, so that a call that is repeated late adds nothing. */
const rememberedKeys = 1000

/**
 * The messages that do not stand in a transcript yet, of all gateways, oldest first. Memory changes at once; the disk
 * follows, and every method resolves when it has.
 */
export class Outbox {
  readonly #file: OutboxFile
  readonly #onChange: (gatewayId: string) => void
  readonly #settled = new Set<string>()
  #records: readonly OutboxRecord[]
  #mainSessionKeys: Readonly<Record<string, string>>

  constructor(file: OutboxFile, onChange: (gatewayId: string) => void) {
    this.#file = file
    this.#onChange = onChange
    this.#records = file.content.records
    this.#mainSessionKeys = file.content.mainSessionKeys
  }

  list(gatewayId: string): readonly OutboxRecord[] {
    return this.#records.filter((record) => record.gatewayId === gatewayId)
  }

  find(gatewayId: string, key: string): OutboxRecord | null {
    return this.#records.find((record) => record.gatewayId === gatewayId && record.key === key) ?? null
  }

  /** True for a key that is in the outbox, or was and has been delivered or dropped. */
  knows(gatewayId: string, key: string): boolean {
    return this.find(gatewayId, key) !== null || this.#settled.has(`${gatewayId}\n${key}`)
  }

  /** Rejects with `data.write-failed`, and then the message was not taken. */
  async add(record: OutboxRecord): Promise<void> {
    this.#records = [...this.#records, record]
    this.#onChange(record.gatewayId)
    try {
      await this.#write()
    } catch (error) {
      this.#records = this.#records.filter((each) => each !== record)
      this.#onChange(record.gatewayId)
      throw error
    }
  }

  /** Changes a record; does nothing where it is gone. Its key may change too. */
  async update(gatewayId: string, key: string, patch: Partial<OutboxRecord>): Promise<void> {
    const old = this.find(gatewayId, key)
    if (old === null) return
    const next = { ...old, ...patch }
    if (JSON.stringify(next) === JSON.stringify(old)) return
    this.#records = this.#records.map((record) => (record === old ? next : record))
    this.#onChange(gatewayId)
    await this.#write()
  }

  async remove(gatewayId: string, key: string): Promise<void> {
    const old = this.find(gatewayId, key)
    if (old === null) return
    this.#remember(`${gatewayId}\n${key}`)
    this.#records = this.#records.filter((record) => record !== old)
    this.#onChange(gatewayId)
    await this.#write()
  }

  /** Drops everything of a gateway. */
  async forget(gatewayId: string): Promise<void> {
    this.#records = this.#records.filter((record) => record.gatewayId !== gatewayId)
    const { [gatewayId]: _gone, ...others } = this.#mainSessionKeys
    this.#mainSessionKeys = others
    this.#onChange(gatewayId)
    await this.#write()
  }

  mainSessionKey(gatewayId: string): string | null {
    return this.#mainSessionKeys[gatewayId] ?? null
  }

  async rememberMain(gatewayId: string, sessionKey: string): Promise<void> {
    if (this.#mainSessionKeys[gatewayId] === sessionKey) return
    this.#mainSessionKeys = { ...this.#mainSessionKeys, [gatewayId]: sessionKey }
    await this.#write()
  }

  /** Resolves when all that was changed so far is on disk. */
  async flush(): Promise<void> {
    await this.#write()
  }

  #write(): Promise<void> {
    const content: OutboxContent = {
      version: 1,
      records: [...this.#records],
      mainSessionKeys: { ...this.#mainSessionKeys },
    }
    return this.#file.write(content)
  }

  #remember(key: string): void {
    this.#settled.add(key)
    const [oldest] = this.#settled
    if (this.#settled.size > rememberedKeys && oldest !== undefined) this.#settled.delete(oldest)
  }
}

/** What pages see of a record. */
export function toEntry(record: OutboxRecord): OutboxEntry {
  const { key, gatewayId, sessionKey, text, createdAt, state, error } = record
  return { key, gatewayId, sessionKey, text, createdAt, state, error }
}

/**
 * True for text that a gateway may take as an order instead of a message: `/…`, and the words that stop a run.
 * Such text belongs to its moment: it never waits, and is never sent again by itself.
 */
export const isCommand = (text: string): boolean =>
  /^\s*\//.test(text) || /^\s*(please )?(stop|abort|esc|exit|interrupt|halt)( please)?[\s.!?…]*$/i.test(text)
