import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EventPayload } from '../../shared/contract/index.ts'
import type { Snapshot } from '../../shared/model/snapshot.ts'
import type { AppError } from '../../shared/result.ts'
import type { Bridge } from '../bridge/bridge.ts'
import type { LinkState } from '../bridge/transport.ts'

interface SnapshotState {
  /** Null before the first one came. */
  readonly snapshot: Snapshot | null
  readonly link: LinkState
  /** Epoch ms since when the link to the core is in that state. */
  readonly linkSince: number
  /** Why the snapshot could not be fetched. */
  readonly error: AppError | null
}

export interface SnapshotMirror {
  readonly store: StoreApi<SnapshotState>
  /** Fetches the snapshot anew; changes that arrive meanwhile are applied after it. */
  refetch(): Promise<void>
  dispose(): void
}

type Change = EventPayload<'snapshot.changed'>

/** Mirrors the core's snapshot: fetched once, then kept up by change events; a revision that is missing means fetch again. */
export function createSnapshotMirror(bridge: Bridge, now: () => number): SnapshotMirror {
  const store = createStore<SnapshotState>(() => ({
    snapshot: null,
    link: bridge.state(),
    linkSince: now(),
    error: null,
  }))
  let held: Change[] = []
  /** Counts fetches, so that only the newest one's answer is taken. */
  let fetch = 0
  let fetching = false

  const apply = ({ revision, change }: Change): void => {
    const { snapshot } = store.getState()
    if (fetching || snapshot === null) {
      held.push({ revision, change })
      return
    }
    if (revision <= snapshot.revision) return
    if (revision !== snapshot.revision + 1) {
      held.push({ revision, change })
      void refetch()
      return
    }
    // A part that is absent did not change; the schema's "optional" must not turn into an undefined part.
    const parts = Object.fromEntries(Object.entries(change).filter(([, part]) => part !== undefined))
    store.setState({ snapshot: { ...snapshot, ...parts, revision } })
  }

  const refetch = async (): Promise<void> => {
    fetch += 1
    const own = fetch
    fetching = true
    const result = await bridge.call('app.snapshot', {})
    if (own !== fetch) return
    fetching = false
    if (!result.ok) {
      store.setState({ error: result.error })
      return
    }
    const waiting = held
    held = []
    store.setState({ snapshot: result.value, error: null })
    for (const change of waiting.toSorted((a, b) => a.revision - b.revision)) apply(change)
  }

  const stops = [
    bridge.onEvent((event) => {
      if (event.name === 'snapshot.changed') apply(event.payload)
    }),
    bridge.onState((link) => {
      store.setState({ link, linkSince: now() })
      if (link === 'open') {
        // A core that was started again counts its revisions from the beginning.
        held = []
        void refetch()
      }
    }),
  ]
  if (bridge.state() === 'open') void refetch()
  return {
    store,
    refetch,
    dispose() {
      for (const stop of stops) stop()
    },
  }
}
