import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EventPayload } from '../../shared/contract/index.ts'
import type { Conversation } from '../../shared/model/chat.ts'
import type { AppError } from '../../shared/result.ts'
import type { Bridge } from '../bridge/bridge.ts'
import { applyChanges } from './apply-change.ts'

export interface ConversationState {
  /** By {@link conversationId} of the canonical session key. */
  readonly conversations: Readonly<Record<string, Conversation>>
  /** What was asked for (main conversations have no key yet) → id of the conversation it turned out to be. */
  readonly aliases: Readonly<Record<string, string>>
  /** Why a conversation could not be opened, by the id asked for. */
  readonly errors: Readonly<Record<string, AppError>>
}

export interface ConversationMirror {
  readonly store: StoreApi<ConversationState>
  /** Fetches a conversation and keeps it up to date from then on. `sessionKey` null: the main one. */
  open(gatewayId: string, sessionKey: string | null): Promise<void>
  /** Fetches everything that was opened, after the link to the core was cut. */
  refetchAll(): void
  dispose(): void
}

/** Key of a conversation in the store. */
export const conversationId = (gatewayId: string, sessionKey: string | null): string =>
  `${gatewayId}\n${sessionKey ?? ''}`

type Changed = EventPayload<'conversation.changed'>

/**
 * Mirrors the opened conversations. Changes are applied as they arrive, but shown at most once per `frame`, so that
 * a fast answer never costs more than one render a frame. A revision that is missing means: fetch again.
 */
export function createConversationMirror(
  bridge: Bridge,
  frame: (callback: () => void) => void,
): ConversationMirror {
  const store = createStore<ConversationState>(() => ({ conversations: {}, aliases: {}, errors: {} }))
  /** The newest state of each conversation; the store follows at the next frame. */
  const newest = new Map<string, Conversation>()
  /** Changes that arrived while their conversation was being fetched. */
  const held = new Map<string, Changed[]>()
  const fetching = new Map<string, number>()
  const asked = new Map<string, { gatewayId: string; sessionKey: string | null }>()
  let scheduled = false

  const publish = (): void => {
    if (scheduled) return
    scheduled = true
    frame(() => {
      scheduled = false
      store.setState({ conversations: Object.fromEntries(newest) })
    })
  }

  const hold = (id: string, change: Changed): void => {
    held.set(id, [...(held.get(id) ?? []), change])
  }

  const apply = (change: Changed): void => {
    const id = conversationId(change.gatewayId, change.sessionKey)
    const known = newest.get(id)
    if (known === undefined || fetching.has(id)) {
      // Kept only while something of this gateway is on its way; conversations nobody opened are none of ours.
      const mainId = conversationId(change.gatewayId, null)
      if (fetching.has(id) || fetching.has(mainId)) hold(id, change)
      return
    }
    if (change.revision <= known.revision) return
    const next = change.revision === known.revision + 1 ? applyChanges(known, change.changes) : null
    if (next === null) {
      hold(id, change)
      void open(change.gatewayId, change.sessionKey)
      return
    }
    newest.set(id, { ...next, revision: change.revision })
    publish()
  }

  const open = async (gatewayId: string, sessionKey: string | null): Promise<void> => {
    const askedId = conversationId(gatewayId, sessionKey)
    asked.set(askedId, { gatewayId, sessionKey })
    const own = (fetching.get(askedId) ?? 0) + 1
    fetching.set(askedId, own)
    const result = await bridge.call('chat.open', { gatewayId, sessionKey })
    if (fetching.get(askedId) !== own) return
    fetching.delete(askedId)
    if (!result.ok) {
      store.setState((state) => ({ errors: { ...state.errors, [askedId]: result.error } }))
      return
    }
    const id = conversationId(gatewayId, result.value.sessionKey)
    const known = newest.get(id)
    // An answer that was overtaken by changes already applied is older than what we have.
    const stale =
      known !== undefined && !fetching.has(id) && id !== askedId && known.revision > result.value.revision
    if (!stale) newest.set(id, result.value)
    store.setState((state) => {
      const { [askedId]: _gone, ...errors } = state.errors
      return { aliases: { ...state.aliases, [askedId]: id }, errors }
    })
    const waiting = held.get(id) ?? []
    held.delete(id)
    for (const change of waiting.toSorted((a, b) => a.revision - b.revision)) apply(change)
    publish()
  }

  const stop = bridge.onEvent((event) => {
    if (event.name === 'conversation.changed') apply(event.payload)
  })
  return {
    store,
    open,
    refetchAll() {
      held.clear()
      for (const { gatewayId, sessionKey } of asked.values()) void open(gatewayId, sessionKey)
    },
    dispose: stop,
  }
}

/** The conversation that was asked for, if it is there. */
export function findConversation(
  state: ConversationState,
  gatewayId: string,
  sessionKey: string | null,
): Conversation | undefined {
  const asked = conversationId(gatewayId, sessionKey)
  return state.conversations[state.aliases[asked] ?? asked]
}
