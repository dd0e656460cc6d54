import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Call } from '../../shared/contract/index.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { ConnectionView } from '../../shared/model/connection.ts'
import type { Snapshot } from '../../shared/model/snapshot.ts'
import { createBridge, type Bridge } from '../bridge/bridge.ts'
import type { LinkState, Transport } from '../bridge/transport.ts'
import { createConversationMirror, type ConversationMirror } from './conversation-store.ts'
import type { Drafts } from './drafts.ts'
import { createSessionsMirror, type SessionsMirror } from './sessions-store.ts'
import { createSnapshotMirror, type SnapshotMirror } from './snapshot-store.ts'
import { createUiStore, type UiState, type UiStore } from './ui-store.ts'

/** Everything the pages work with. Made once; handed down by context, so that tests can make their own. */
export interface App {
  readonly bridge: Bridge
  readonly call: Call
  readonly snapshot: SnapshotMirror
  readonly conversations: ConversationMirror
  readonly sessions: SessionsMirror
  readonly ui: UiStore
  readonly drafts: Drafts
}

export interface AppPorts {
  readonly transport: Transport
  readonly drafts: Drafts
  readonly now: () => number
  /** Calls back before the next picture is drawn. */
  readonly frame: (callback: () => void) => void
}

/** Puts the page's parts together and lets events reach the stores. */
export function createApp({ transport, drafts, now, frame }: AppPorts): App {
  const bridge = createBridge(transport, () => {
    void snapshot.refetch()
    conversations.refetchAll()
  })
  const snapshot = createSnapshotMirror(bridge, now)
  const conversations = createConversationMirror(bridge, frame)
  const sessions = createSessionsMirror(bridge)
  const ui = createUiStore()
  bridge.onState((link) => {
    if (link === 'open') conversations.refetchAll()
  })
  bridge.onEvent((event) => {
    if (event.name !== 'app.show') return
    const { page, gatewayId } = event.payload
    ui.show(page)
    if (gatewayId !== null) void bridge.call('gateways.select', { gatewayId })
  })
  return { bridge, call: bridge.call, snapshot, conversations, sessions, ui, drafts }
}

const AppContext = createContext<App | null>(null)
export const AppProvider = AppContext.Provider

/** The {@link App} of this page. */
export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('AppProvider is missing')
  return app
}

/** A part of the snapshot. Only below the point where the shell knows that there is one. */
export function useSnapshot<T>(select: (snapshot: Snapshot) => T): T {
  return useStore(useApp().snapshot.store, ({ snapshot }) => {
    if (snapshot === null) throw new Error('no snapshot yet')
    return select(snapshot)
  })
}

export const useUi = <T>(select: (state: UiState) => T): T => useStore(useApp().ui, select)

export const useLinkState = (): LinkState => useStore(useApp().snapshot.store, (state) => state.link)

/** The gateway with that id and how its link stands; undefined once it is removed. */
export function useGateway(gatewayId: string | null): SavedGateway | undefined {
  return useSnapshot((snapshot) => snapshot.gateways.find((gateway) => gateway.id === gatewayId))
}

export function useConnection(gatewayId: string): ConnectionView | undefined {
  return useSnapshot((snapshot) => snapshot.connections[gatewayId])
}
