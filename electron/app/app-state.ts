import type { AppEvent } from '../../shared/contract/index.ts'
import type { Snapshot, SnapshotChange } from '../../shared/model/snapshot.ts'
import { Emitter, type Disposable } from '../platform/disposable.ts'

type Parts = Omit<Snapshot, 'revision'>

/**
 * The one writer of the app's state. A part is replaced as a whole; changes of one turn of the event loop leave as one
 * event with one revision, so that a face never sees half of a change.
 */
export class AppState {
  readonly #emitter: Emitter<AppEvent>
  #parts: Parts
  #revision = 0
  #pending: SnapshotChange = {}
  #scheduled = false

  constructor(parts: Parts, onError: (error: unknown) => void) {
    this.#parts = parts
    this.#emitter = new Emitter<AppEvent>(onError)
  }

  get<K extends keyof Parts>(part: K): Parts[K] {
    return this.#parts[part]
  }

  snapshot(): Snapshot {
    this.#flush()
    return { revision: this.#revision, ...this.#parts }
  }

  set<K extends keyof Parts>(part: K, value: Parts[K]): void {
    if (this.#parts[part] === value) return
    this.#parts = { ...this.#parts, [part]: value }
    this.#pending = { ...this.#pending, [part]: value }
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => this.#flush())
  }

  /** Sends an event that is not part of the snapshot. Pending changes go first, so that order holds. */
  emit(event: AppEvent): void {
    this.#flush()
    this.#emitter.emit(event)
  }

  onEvent(listener: (event: AppEvent) => void): Disposable {
    return this.#emitter.on(listener)
  }

  #flush(): void {
    this.#scheduled = false
    const change = this.#pending
    if (Object.keys(change).length === 0) return
    this.#pending = {}
    this.#revision += 1
    this.#emitter.emit({ name: 'snapshot.changed', payload: { revision: this.#revision, change } })
  }
}
