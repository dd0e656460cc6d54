import { randomUUID } from 'node:crypto'
import type { Conversation, SessionSummary } from '../../shared/model/chat.ts'
import { failure } from '../../shared/result.ts'
import type { GatewaySession } from '../gateway/session.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { Emitter, type Disposable } from '../platform/disposable.ts'
import type { ConversationEvent } from './conversation-event.ts'
import { GatewayRoom } from './gateway-room.ts'
import { openOutboxFile, type OutboxFile } from './outbox-file.ts'
import { isCommand, Outbox } from './outbox.ts'
import { frameSize } from './send-outcome.ts'

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

export interface ChatServiceOptions {
  /** Holds `outbox.json`. */
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
  /** Makes keys for messages that have to be sent under a new one; default: random UUIDs. */
  readonly newKey?: () => string
}

/** A chat service whose outbox was read from disk. */
export interface OpenedChatService extends ChatService {
  /** The new name of an outbox file that was broken and had to be kept aside; its messages are in there. */
  readonly outboxKeptAside: string | null
}

/**
 * Opens the conversations of all gateways and the outbox of the data dir, which must have no other owner.
 * Rejects with `data.read-failed` or `data.write-failed`.
 */
export async function createChatService(options: ChatServiceOptions): Promise<OpenedChatService> {
  return chatServiceOver(await openOutboxFile(options.dataDir, options.clock), options)
}

/** The service over an outbox that was opened before. */
export function chatServiceOver(
  file: OutboxFile,
  options: Omit<ChatServiceOptions, 'dataDir'>,
): OpenedChatService {
  const { clock, log: parentLog, newKey = randomUUID } = options
  const log = parentLog.child('chat')
  if (file.keptAside !== null) log.error('the outbox was broken and is kept aside', { file: file.keptAside })
  const onError = (error: unknown): void => log.error('a listener failed', { error: String(error) })
  const conversations = new Emitter<ConversationEvent>(onError)
  const sessionLists = new Emitter<string>(onError)
  const activeRuns = new Emitter<string>(onError)
  const rooms = new Map<string, GatewayRoom>()
  const outbox = new Outbox(file, (gatewayId) => rooms.get(gatewayId)?.showOutbox())

  const roomOf = (gatewayId: string): GatewayRoom => {
    const known = rooms.get(gatewayId)
    if (known !== undefined) return known
    const room = new GatewayRoom({
      gatewayId,
      outbox,
      clock,
      log,
      newKey,
      emitConversation: (event) => conversations.emit(event),
      onSessionsChanged: () => sessionLists.emit(gatewayId),
      onActiveRuns: () => activeRuns.emit(gatewayId),
    })
    rooms.set(gatewayId, room)
    return room
  }
  const found = (gatewayId: string, key: string): Readonly<ReturnType<Outbox['list']>[number]> => {
    const record = outbox.find(gatewayId, key)
    if (record === null) throw failure('input.invalid', { reason: 'this message is not waiting any more' })
    return record
  }
  for (const { gatewayId } of file.content.records) roomOf(gatewayId).delivery.refuseWaitingCommands()

  return {
    outboxKeptAside: file.keptAside,
    attach: (gatewayId, session) => roomOf(gatewayId).attach(session),
    detach: (gatewayId) => rooms.get(gatewayId)?.detach(),
    open: (gatewayId, sessionKey) => roomOf(gatewayId).open(sessionKey),
    older: (gatewayId, sessionKey) => roomOf(gatewayId).older(sessionKey),
    sessions: async (gatewayId) => roomOf(gatewayId).sessions(),
    async send(gatewayId, sessionKey, key, text) {
      if (outbox.knows(gatewayId, key)) return outbox.flush()
      const room = roomOf(gatewayId)
      const { session } = room
      if (session === null && isCommand(text)) throw failure('link.down')
      if (session !== null && isTooLarge(session, text)) throw failure('rpc.too-large')
      await outbox.add({
        key,
        gatewayId,
        sessionKey: room.keyOf(sessionKey),
        text,
        createdAt: clock.now(),
        state: 'waiting',
        error: null,
        attemptedAt: null,
        sessionId: null,
        ackedBy: null,
        again: null,
      })
      room.delivery.wake()
    },
    abort: (gatewayId, sessionKey) => roomOf(gatewayId).abort(sessionKey),
    async discard(gatewayId, key) {
      const { state } = found(gatewayId, key)
      const under = roomOf(gatewayId).session !== null
      if (under && (state === 'sending' || state === 'accepted')) {
        throw failure('input.invalid', { reason: 'this message has left already' })
      }
      await outbox.remove(gatewayId, key)
    },
    async resend(gatewayId, key) {
      const record = found(gatewayId, key)
      if (record.state !== 'failed' && record.state !== 'uncertain') return
      const room = roomOf(gatewayId)
      if (room.session === null && isCommand(record.text)) throw failure('link.down')
      await room.delivery.resend(record)
    },
    reset: (gatewayId, sessionKey) => roomOf(gatewayId).change('reset', sessionKey),
    compact: (gatewayId, sessionKey) => roomOf(gatewayId).change('compact', sessionKey),
    delete: (gatewayId, sessionKey) => roomOf(gatewayId).change('delete', sessionKey),
    async forget(gatewayId) {
      rooms.get(gatewayId)?.detach()
      await outbox.forget(gatewayId)
      rooms.delete(gatewayId)
    },
    activeRuns: (gatewayId) => rooms.get(gatewayId)?.activeRuns ?? 0,
    onConversation: (listener) => conversations.on(listener),
    onSessionsChanged: (listener) => sessionLists.on(listener),
    onActiveRuns: (listener) => activeRuns.on(listener),
    async close() {
      for (const room of rooms.values()) room.detach()
      await outbox.flush()
    },
  }
}

const isTooLarge = (session: GatewaySession, text: string): boolean =>
  frameSize({ message: text }) > session.facts.maxPayload
