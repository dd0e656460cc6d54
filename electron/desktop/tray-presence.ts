import type { Clock } from '../platform/clock.ts'
import { type Disposable, DisposableStore } from '../platform/disposable.ts'

/** At login the desktop's own tray may come up after us: ask this often (ms), this many times. */
export const askAgainMs = 2_000
const asks = 10

export interface TrayPresenceOptions {
  readonly clock: Clock
  /** Whether anything shows tray icons now. Never rejects. */
  readonly ask: () => Promise<boolean>
  /** Told once when nothing does, after the desktop had its time to come up. */
  readonly onAbsent: () => void
}

/** Knows whether the tray icon can be seen. Until it is known to be, the app must not hide behind it. */
export class TrayPresence implements Disposable {
  readonly #options: TrayPresenceOptions
  readonly #store = new DisposableStore()
  #present = false

  constructor(options: TrayPresenceOptions) {
    this.#options = options
    void this.#askUpTo(asks)
  }

  get present(): boolean {
    return this.#present
  }

  /** Asks once more: an extension may have been switched on or off meanwhile. */
  async look(): Promise<void> {
    this.#present = await this.#options.ask()
  }

  dispose(): void {
    this.#store.dispose()
  }

  async #askUpTo(times: number): Promise<void> {
    await this.look()
    if (this.#store.disposed || this.#present) return
    if (times > 1) this.#store.add(this.#options.clock.after(askAgainMs, () => void this.#askUpTo(times - 1)))
    else this.#options.onAbsent()
  }
}
