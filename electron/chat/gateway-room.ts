import type { Conversation, SessionSummary } from '../../shared/model/chat.ts'
import { failure, toAppError } from '../../shared/result.ts'
import { adminScope } from '../gateway/scopes.ts'
import type { GatewayEvent, GatewaySession } from '../gateway/session.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { DisposableStore, type Disposable } from '../platform/disposable.ts'
import { ActiveRuns } from './active-runs.ts'
import type { ConversationEvent } from './conversation-event.ts'
import { ConversationRoom } from './conversation.ts'
import { Delivery } from './delivery.ts'
import { asFields, asList, asText, asTexts, isFields, type Fields } from './fields.ts'
import { hasProof } from './history.ts'
import { toEntry, type Outbox } from './outbox.ts'
import { canonicalKey } from './session-key.ts'
import { readSessions } from './session-list.ts'
import { readRow } from './transcript.ts'

const sessionsPauseMs = 250
/** How long opening waits for the gateway's page before it shows what is known, in ms. */
const openPatienceMs = 1_500
/** Compacting runs the model. */
const slowRequestMs = 300_000
/** Reasons of `sessions.changed` after which the rows are not what they were. */
const upheavals = new Set(['reset', 'new', 'delete', 'compact', 'restore', 'rewind', 'branch'])

export interface GatewayRoomOptions {
  readonly gatewayId: string
  readonly outbox: Outbox
  readonly clock: Clock
  readonly log: Logger
  readonly newKey: () => string
  readonly emitConversation: (event: ConversationEvent) => void
  readonly onSessionsChanged: () => void
  readonly onActiveRuns: () => void
}

/** All that belongs to the conversations of one gateway, with a link or without. */
export class GatewayRoom {
  readonly delivery: Delivery
  readonly #options: GatewayRoomOptions
  readonly #active: ActiveRuns
  readonly #conversations = new Map<string, ConversationRoom>()
  #session: GatewaySession | null = null
  #link = new DisposableStore()
  #watched = new Set<string>()
  #sessionsTimer: Disposable | null = null

  constructor(options: GatewayRoomOptions) {
    const { gatewayId, outbox, clock, log, newKey } = options
    this.#options = options
    this.#active = new ActiveRuns(options.onActiveRuns)
    const onLane = (sessionKey: string): void => this.#watch(sessionKey)
    const sessionIdOf = (sessionKey: string): string | null =>
      this.#conversations.get(sessionKey)?.sessionId ?? null
    this.delivery = new Delivery({ gatewayId, outbox, clock, log, newKey, onLane, sessionIdOf })
  }

  get session(): GatewaySession | null {
    return this.#session
  }

  get activeRuns(): number {
    return this.#active.count
  }

  attach(session: GatewaySession): void {
    this.detach()
    this.#session = session
    this.#link.add(session.onEvent((event) => this.#onEvent(event)))
    this.#link.add(session.onGap(() => this.#onGap()))
    this.#link.add(session.onClosed(() => this.detach()))
    this.#inBackground(
      this.#options.outbox.rememberMain(this.#options.gatewayId, session.facts.mainSessionKey),
    )
    // Asked for first: what happens from now on comes as an event, and what happened before comes with the rows.
    if (session.supports('sessions.subscribe')) this.#inBackground(session.request('sessions.subscribe', {}))
    for (const [sessionKey, conversation] of this.#conversations) {
      this.#watch(sessionKey)
      conversation.attach(session)
    }
    this.#inBackground(this.#countRuns(session))
    this.delivery.attach(session)
    this.showOutbox()
    this.#options.onSessionsChanged()
  }

  detach(): void {
    if (this.#session === null) return
    this.#session = null
    this.#link.dispose()
    this.#link = new DisposableStore()
    this.#watched = new Set()
    this.#sessionsTimer?.dispose()
    this.#sessionsTimer = null
    this.delivery.detach()
    for (const conversation of this.#conversations.values()) conversation.detach()
    this.#active.clear()
  }

  /** Rejects with `link.down` for the main conversation of a gateway that was never connected. */
  async open(sessionKey: string | null): Promise<Conversation> {
    const key = this.keyOf(sessionKey)
    if (key === null) throw failure('link.down')
    const known = this.#conversations.get(key)
    const conversation = known ?? this.#create(key)
    // A slow gateway must not keep the page blank: what is known is shown now, the rest comes as changes.
    const patience = Promise.withResolvers<void>()
    const timer = this.#options.clock.after(openPatienceMs, patience.resolve)
    await Promise.race([conversation.settled(), patience.promise])
    timer.dispose()
    return conversation.view()
  }

  /** The conversation's own key; null while the main one is not known. */
  keyOf(sessionKey: string | null): string | null {
    if (this.#session !== null) return canonicalKey(this.#session, sessionKey)
    return sessionKey ?? this.#options.outbox.mainSessionKey(this.#options.gatewayId)
  }

  async older(sessionKey: string): Promise<void> {
    const session = this.#linked()
    await this.#conversations.get(canonicalKey(session, sessionKey))?.older()
  }

  sessions(): Promise<readonly SessionSummary[]> {
    return readSessions(this.#linked())
  }

  async abort(sessionKey: string): Promise<void> {
    const session = this.#linked()
    await session.request('chat.abort', { sessionKey: canonicalKey(session, sessionKey) })
  }

  /** `sessions.reset`, `sessions.compact` or `sessions.delete`; rejects with `rpc.missing-scope` without the right. */
  async change(what: 'reset' | 'compact' | 'delete', sessionKey: string): Promise<void> {
    const session = this.#linked()
    const method = `sessions.${what}`
    if (!session.facts.scopes.includes(adminScope)) {
      throw failure('rpc.missing-scope', { method, scopes: adminScope })
    }
    if (!session.supports(method)) throw failure('rpc.unsupported', { method })
    const key = canonicalKey(session, sessionKey)
    const more = what === 'reset' && hasProof(session) ? { reason: 'reset' } : {}
    await session.request(method, { key, ...more }, { timeoutMs: slowRequestMs })
    await this.#conversations.get(key)?.refetch()
    this.#sessionsChanged()
  }

  /** Shows every open conversation its messages that are on their way. */
  showOutbox(): void {
    const { gatewayId, outbox } = this.#options
    const main = this.keyOf(null)
    const records = outbox.list(gatewayId)
    for (const [sessionKey, conversation] of this.#conversations) {
      const own = records.filter((record) => (record.sessionKey ?? main) === sessionKey)
      conversation.setOutbox(own.map((record) => toEntry(record)))
    }
  }

  #create(sessionKey: string): ConversationRoom {
    const { gatewayId, clock, log, outbox, emitConversation } = this.#options
    const conversation = new ConversationRoom({
      gatewayId,
      sessionKey,
      clock,
      log,
      emit: emitConversation,
      onProof: (keys) => {
        for (const key of keys) this.delivery.proved(key)
      },
      isOwnKey: (runId) => outbox.knows(gatewayId, runId),
    })
    this.#conversations.set(sessionKey, conversation)
    this.showOutbox()
    if (this.#session !== null) {
      this.#watch(sessionKey)
      conversation.attach(this.#session)
    }
    return conversation
  }

  #linked(): GatewaySession {
    if (this.#session === null) throw failure('link.down')
    return this.#session
  }

  /** Asks for the rows of a conversation as they are written, once per link. */
  #watch(sessionKey: string): void {
    const session = this.#session
    const method = 'sessions.messages.subscribe'
    if (session === null || this.#watched.has(sessionKey) || !session.supports(method)) return
    this.#watched.add(sessionKey)
    this.#inBackground(session.request(method, { key: sessionKey }))
  }

  async #countRuns(session: GatewaySession): Promise<void> {
    if (!hasProof(session)) return
    const answer = asFields(await session.request('sessions.list', { limit: 100 }))
    if (this.#session !== session) return
    for (const row of asList(answer['sessions'])) {
      const sessionKey = isFields(row) ? asText(row['key']) : null
      if (isFields(row) && sessionKey !== null && row['hasActiveRun'] === true) {
        this.#active.settle(sessionKey, asTexts(row['activeRunIds']))
      }
    }
  }

  #onGap(): void {
    for (const conversation of this.#conversations.values()) void conversation.refetch()
    this.delivery.wake()
    this.#sessionsChanged()
  }

  #onEvent({ event, payload }: GatewayEvent): void {
    if (!isFields(payload)) return
    const sessionKey = asText(payload['sessionKey'])
    switch (event) {
      case 'chat':
        if (sessionKey !== null) this.#onChat(sessionKey, payload)
        return
      case 'agent':
        if (sessionKey !== null && payload['isHeartbeat'] !== true) this.#onAgent(sessionKey, payload)
        return
      case 'session.message':
        if (sessionKey !== null) this.#onMessage(sessionKey, payload)
        return
      case 'sessions.changed':
        this.#onSessionChanged(sessionKey, payload)
        return
      default:
    }
  }

  #onChat(sessionKey: string, payload: Fields): void {
    const runId = asText(payload['runId'])
    if (runId === null) return
    const { state } = payload
    this.#conversations.get(sessionKey)?.onChat(payload)
    if (state === 'final' || state === 'aborted' || state === 'error') {
      this.#active.ended(sessionKey, runId)
      this.delivery.noticeRun(runId, state, asText(payload['errorMessage']))
      // Old gateways say nothing of the list: a run's end is when it changes.
      if (this.#session !== null && !hasProof(this.#session)) this.#sessionsChanged()
      return
    }
    this.#active.started(sessionKey, runId)
    this.delivery.noticeRun(runId, 'started', null)
  }

  #onAgent(sessionKey: string, payload: Fields): void {
    const runId = asText(payload['runId'])
    const phase = asText(asFields(payload['data'])['phase'])
    this.#conversations.get(sessionKey)?.onAgent(payload)
    if (runId === null || payload['stream'] !== 'lifecycle') return
    if (phase === 'start') this.#active.started(sessionKey, runId)
    else if (phase === 'end' || phase === 'error') this.#active.ended(sessionKey, runId)
  }

  #onMessage(sessionKey: string, payload: Fields): void {
    this.#conversations.get(sessionKey)?.onMessage(payload)
    const key = readRow(payload['message'])?.row.messageKey ?? null
    if (key !== null) this.delivery.proved(key)
  }

  #onSessionChanged(sessionKey: string | null, payload: Fields): void {
    this.#sessionsChanged()
    if (sessionKey === null) return
    const reason = asText(payload['reason'])
    if (reason !== null && upheavals.has(reason)) void this.#conversations.get(sessionKey)?.refetch()
    const runIds = asTexts(payload['activeRunIds'])
    if (payload['hasActiveRun'] === false) this.#active.settle(sessionKey, [])
    else if (runIds !== null) this.#active.settle(sessionKey, runIds)
  }

  #sessionsChanged(): void {
    this.#sessionsTimer ??= this.#options.clock.after(sessionsPauseMs, () => {
      this.#sessionsTimer = null
      this.#options.onSessionsChanged()
    })
  }

  /** What may fail without harm: the link's end is told elsewhere. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      if (this.#session === null) return
      this.#options.log.warn('a gateway request failed', { code: toAppError(thrown).code })
    })
  }
}
