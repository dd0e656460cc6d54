import type { ConversationChange } from '../../shared/model/chat.ts'

/**
 * Numbers the changes of a conversation. Changes of one turn of the event loop travel together, so that a page never
 * shows half of a step.
 */
export class ChangeQueue {
  readonly #emit: (revision: number, changes: readonly ConversationChange[]) => void
  #changes: ConversationChange[] = []
  #scheduled = false
  #revision = 0

  constructor(emit: (revision: number, changes: readonly ConversationChange[]) => void) {
    this.#emit = emit
  }

  /** The number of the last changes that were passed on. */
  get revision(): number {
    return this.#revision
  }

  push(change: ConversationChange): void {
    this.#changes.push(change)
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.flush())
  }

  /** Passes on what waits, now. */
  flush(): void {
    this.#scheduled = false
    if (this.#changes.length === 0) return
    const changes = this.#changes
    this.#changes = []
    this.#revision += 1
    this.#emit(this.#revision, changes)
  }
}
