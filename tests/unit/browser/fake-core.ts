import type { AppEvent } from '../../../shared/contract/index.ts'
import { appError, type Result } from '../../../shared/result.ts'
import type { AppCore } from '../../../electron/app/app-core.ts'
import { Emitter } from '../../../electron/platform/disposable.ts'

/** Stands in for the core behind the bridge: keeps one number that `set` changes and every page hears of. */
export class FakeCore implements Pick<AppCore, 'callUnknown' | 'onEvent' | 'setWatched'> {
  readonly #events = new Emitter<AppEvent>((error) => {
    throw error
  })
  readonly calls: { name: unknown; input: unknown }[] = []
  readonly watched: boolean[] = []
  revision = 0
  /** Calls of `hang` are answered when this is called. */
  release: () => void = () => {}

  callUnknown(name: unknown, input: unknown): Promise<Result<unknown>> {
    this.calls.push({ name, input })
    switch (name) {
      case 'app.snapshot':
        return Promise.resolve({ ok: true, value: { revision: this.revision } })
      case 'app.set-preferences':
        this.change()
        return Promise.resolve({ ok: true, value: {} })
      case 'hang': {
        const { promise, resolve } = Promise.withResolvers<Result<unknown>>()
        this.release = () => resolve({ ok: true, value: {} })
        return promise
      }
      case 'reject':
        return Promise.reject(new Error('a bug'))
      case 'echo':
        return Promise.resolve({ ok: true, value: input })
      default:
        return Promise.resolve({ ok: false, error: appError('input.invalid') })
    }
  }

  /** One change of the state, told to all. */
  change(notice = ''): void {
    this.revision += 1
    this.#events.emit({
      name: 'snapshot.changed',
      payload: {
        revision: this.revision,
        change: { notices: [{ id: 'n', tone: 'info', text: notice, at: 0 }] },
      },
    })
  }

  onEvent(listener: (event: AppEvent) => void): { dispose(): void } {
    return this.#events.on(listener)
  }

  setWatched(watched: boolean): void {
    this.watched.push(watched)
  }
}
