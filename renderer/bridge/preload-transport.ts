import type { AppEvent } from '../../shared/contract/index.ts'
import type { Transport } from './transport.ts'

/** What the preload puts on `window.hawser`. */
export interface HawserPreload {
  call(name: string, input: unknown): Promise<unknown>
  on(listener: (event: AppEvent) => void): () => void
}

declare global {
  interface Window {
    readonly hawser?: HawserPreload
  }
}

/** The desktop window: the core lives as long as the window does, so the link is always open. */
export function createPreloadTransport(preload: HawserPreload): Transport {
  const stops = new Set<() => void>()
  return {
    call: (name, input) => preload.call(name, input),
    onEvent(listener) {
      const stop = preload.on((event) => listener(event))
      stops.add(stop)
      return () => {
        stops.delete(stop)
        stop()
      }
    },
    onState: () => () => {},
    state: () => 'open',
    close() {
      for (const stop of stops) stop()
      stops.clear()
    },
  }
}
