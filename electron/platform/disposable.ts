/** Something that must be let go of: a listener, a timer, a child. Disposing twice does nothing. */
export interface Disposable {
  dispose(): void
}

/** A {@link Disposable} from a function that is called at most once. */
export function disposable(release: () => void): Disposable {
  let released = false
  return {
    dispose() {
      if (released) return
      released = true
      release()
    },
  }
}

/** Collects disposables and lets go of all of them, newest first. What is added after that is let go of at once. */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>()
  #disposed = false

  get disposed(): boolean {
    return this.#disposed
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose()
    else this.#items.add(item)
    return item
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    const items = [...this.#items].reverse()
    this.#items.clear()
    for (const item of items) item.dispose()
  }
}

/** A list of listeners for one kind of event. A listener that throws does not keep the others from hearing it. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>()
  readonly #onError: (error: unknown) => void

  /** `onError` hears what a listener throws; it must not throw itself. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  on(listener: (value: T) => void): Disposable {
    const own = (value: T): void => listener(value)
    this.#listeners.add(own)
    return disposable(() => this.#listeners.delete(own))
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value)
      } catch (error) {
        this.#onError(error)
      }
    }
  }
}
