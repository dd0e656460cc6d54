import { createStore, type StoreApi } from 'zustand/vanilla'

export type Page = 'chat' | 'status' | 'settings' | 'add-gateway'

/** What this page alone decides: where it is. Nothing of it is known to the core. */
export interface UiState {
  readonly page: Page
  /** The gateway whose form is open in the settings. */
  readonly editing: string | null
  /** Where one goes back to when that form is closed. */
  readonly cameFrom: 'settings' | 'chat' | 'arrival'
  /** The gateway that was just added and connects before the person's eyes. */
  readonly arriving: string | null
  /** Chosen conversation by gateway; absent or null: the main one. */
  readonly sessions: Readonly<Record<string, string | null>>
  readonly drawerOpen: boolean
  /** Gateways whose changed-identity page was put aside to read the conversation. */
  readonly alarmsAside: readonly string[]
}

export interface UiStore extends StoreApi<UiState> {
  show(page: Page): void
  /** Opens the form of a gateway. */
  edit(gatewayId: string): void
  /** Closes it, back to where one came from. */
  closeForm(): void
  arrive(gatewayId: string | null): void
  openSession(gatewayId: string, sessionKey: string | null): void
  setDrawer(open: boolean): void
  putAlarmAside(gatewayId: string, aside: boolean): void
}

export function createUiStore(): UiStore {
  const store = createStore<UiState>(() => ({
    page: 'chat',
    editing: null,
    cameFrom: 'settings',
    arriving: null,
    sessions: {},
    drawerOpen: false,
    alarmsAside: [],
  }))
  return {
    ...store,
    show: (page) => store.setState({ page, editing: null, arriving: null, drawerOpen: false }),
    edit: (editing) =>
      store.setState(({ page, arriving }) => {
        const cameFrom = arriving === editing ? 'arrival' : page === 'chat' ? 'chat' : 'settings'
        return { page: 'settings', editing, cameFrom, arriving: null, drawerOpen: false }
      }),
    closeForm: () =>
      store.setState(({ editing, cameFrom }) => ({
        editing: null,
        page: cameFrom === 'arrival' ? 'add-gateway' : cameFrom,
        arriving: cameFrom === 'arrival' ? editing : null,
      })),
    arrive: (arriving) => store.setState({ page: 'add-gateway', arriving, drawerOpen: false }),
    openSession: (gatewayId, sessionKey) =>
      store.setState(({ sessions }) => ({
        page: 'chat',
        editing: null,
        drawerOpen: false,
        sessions: { ...sessions, [gatewayId]: sessionKey },
      })),
    setDrawer: (drawerOpen) => store.setState({ drawerOpen }),
    putAlarmAside: (gatewayId, aside) =>
      store.setState(({ alarmsAside }) => {
        const others = alarmsAside.filter((id) => id !== gatewayId)
        return { alarmsAside: aside ? [...others, gatewayId] : others }
      }),
  }
}
