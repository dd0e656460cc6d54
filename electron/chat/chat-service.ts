import type { Conversation, ConversationChange, SessionSummary } from '../../shared/model/chat.ts'
import type { GatewaySession } from '../gateway/session.ts'
import type { Disposable } from '../platform/disposable.ts'

export interface ConversationEvent {
  readonly gatewayId: string
  readonly sessionKey: string
  readonly revision: number
  readonly changes: readonly ConversationChange[]
}

/**
 * Conversations, runs and the outbox of all gateways. Owns no link: the app attaches a session when a gateway is
 * ready and detaches it when the link is gone; in between, messages wait in the outbox on disk.
 * All methods reject with an AppFailure only.
 */
export interface ChatService {
  /** A ready link. Resubscribes, refetches what is open, resumes runs, proves and sends the outbox. */
  attach(gatewayId: string, session: GatewaySession): void
  detach(gatewayId: string): void
  /** `sessionKey` null: the main conversation. Opened conversations report their changes. */
  open(gatewayId: string, sessionKey: string | null): Promise<Conversation>
  older(gatewayId: string, sessionKey: string): Promise<void>
  sessions(gatewayId: string): Promise<readonly SessionSummary[]>
  /** Resolves when the message is on disk. The same key again adds nothing. */
  send(gatewayId: string, sessionKey: string | null, key: string, text: string): Promise<void>
  abort(gatewayId: string, sessionKey: string): Promise<void>
  discard(gatewayId: string, key: string): Promise<void>
  resend(gatewayId: string, key: string): Promise<void>
  /** reset, compact and delete need operator.admin: they reject with `rpc.missing-scope` where the session lacks it. */
  reset(gatewayId: string, sessionKey: string): Promise<void>
  compact(gatewayId: string, sessionKey: string): Promise<void>
  delete(gatewayId: string, sessionKey: string): Promise<void>
  /** Forgets everything of a removed gateway, its outbox on disk too. */
  forget(gatewayId: string): Promise<void>
  /** Number of runs going on at a gateway. */
  activeRuns(gatewayId: string): number
  onConversation(listener: (event: ConversationEvent) => void): Disposable
  onSessionsChanged(listener: (gatewayId: string) => void): Disposable
  onActiveRuns(listener: (gatewayId: string) => void): Disposable
  /** Flushes the outbox to disk and lets go of everything. */
  close(): Promise<void>
}
