/**
 * How the page stands to the core: `opening` not yet reached · `open` · `lost` was cut, trying again ·
 * `refused` the core does not accept this page's secret, so only a new page helps.
 */
export type LinkState = 'opening' | 'open' | 'lost' | 'refused'

/** Carries commands and events between the page and the core. What it carries is not validated here. */
export interface Transport {
  /** Rejects with {@link LinkLost} when the answer can no longer come. */
  call(name: string, input: unknown): Promise<unknown>
  /** Events in the order they were sent: `{ name, payload }`, not validated. */
  onEvent(listener: (event: unknown) => void): () => void
  onState(listener: (state: LinkState) => void): () => void
  state(): LinkState
  close(): void
}

/** The page and the core lost each other before an answer came. */
export class LinkLost extends Error {
  constructor() {
    super('the link between page and core was lost')
    this.name = 'LinkLost'
  }
}

/** A set of listeners; one that throws does not silence the others. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>()

  add(listener: (value: T) => void): () => void {
    const own = (value: T): void => listener(value)
    this.#all.add(own)
    return () => this.#all.delete(own)
  }

  emit(value: T): void {
    for (const listener of this.#all) {
      try {
        listener(value)
      } catch (error) {
        reportError(error)
      }
    }
  }
}
