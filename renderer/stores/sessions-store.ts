import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SessionSummary } from '../../shared/model/chat.ts'
import type { AppError } from '../../shared/result.ts'
import type { Bridge } from '../bridge/bridge.ts'

interface SessionList {
  readonly sessions: readonly SessionSummary[]
  readonly error: AppError | null
  readonly loaded: boolean
}

export interface SessionsMirror {
  /** By gateway id. */
  readonly store: StoreApi<Readonly<Record<string, SessionList>>>
  /** Fetches the list of a gateway and keeps it up to date from then on. */
  watch(gatewayId: string): void
  dispose(): void
}

const empty: SessionList = { sessions: [], error: null, loaded: false }

/** Mirrors the lists of conversations. The core says when one changed; it is fetched again, one fetch at a time. */
export function createSessionsMirror(bridge: Bridge): SessionsMirror {
  const store = createStore<Readonly<Record<string, SessionList>>>(() => ({}))
  const running = new Set<string>()
  const again = new Set<string>()

  const fetch = async (gatewayId: string): Promise<void> => {
    if (running.has(gatewayId)) {
      again.add(gatewayId)
      return
    }
    running.add(gatewayId)
    const result = await bridge.call('chat.sessions', { gatewayId })
    running.delete(gatewayId)
    store.setState((state) => {
      const before = state[gatewayId] ?? empty
      // A list that could not be refreshed stays readable: the link may be down for a moment only.
      const list = result.ok
        ? { sessions: result.value.sessions, error: null, loaded: true }
        : { ...before, error: result.error }
      return { [gatewayId]: list }
    })
    if (again.delete(gatewayId)) await fetch(gatewayId)
  }

  const stop = bridge.onEvent((event) => {
    if (event.name !== 'sessions.changed') return
    if (store.getState()[event.payload.gatewayId] !== undefined) void fetch(event.payload.gatewayId)
  })
  return {
    store,
    watch(gatewayId) {
      void fetch(gatewayId)
    },
    dispose: stop,
  }
}
