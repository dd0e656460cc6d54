import type { Clock } from '../platform/clock.ts'
import type { ScriptedAgent, ScriptedReply } from './scripted-gateway-agent.ts'
import {
  assistantMessage,
  historyPage,
  mainSessionKey,
  summaryOf,
  type Conversation,
  type Input,
  type Json,
  type Run,
} from './scripted-gateway-rows.ts'

/** Tells every client about a change. */
type Broadcast = (event: string, payload: Json) => void

export interface ConversationsOptions {
  readonly clock: Clock
  readonly newId: () => string
  readonly agent: ScriptedAgent
  /** Pause between two pieces of an answer, in ms. */
  readonly wordMs: number
  readonly broadcast: Broadcast
  /** Protocol 3 streams without deltaText, agent ids and row ids. */
  readonly old: boolean
}

/** Pieces told together, so that no more than about thirteen events a second go out, as a real gateway does it. */
const throttleMs = 75

/** The conversations of a scripted gateway, in memory: rows, runs, the queue behind a run. */
export class Conversations {
  readonly #options: ConversationsOptions
  readonly #all = new Map<string, Conversation>()
  readonly #ended = new Map<string, { readonly text: string; readonly status: Json }>()

  constructor(options: ConversationsOptions) {
    this.#options = options
    this.#find(mainSessionKey)
  }

  /** The alias `main` means the main conversation; on protocol 3 it is, as in the real one, a conversation of its own. */
  canonical(key: string): string {
    return key === 'main' && !this.#options.old ? mainSessionKey : key
  }

  has(key: string): boolean {
    return this.#all.has(this.canonical(key))
  }

  get activeRuns(): number {
    return [...this.#all.values()].filter(({ run }) => run !== null).length
  }

  /** All rows of a conversation, oldest first: the transcript. */
  rows(key: string): readonly Json[] {
    return this.#all.get(this.canonical(key))?.rows ?? []
  }

  /** Puts rows in place, as if they had always been there. */
  seed(
    key: string,
    messages: ReadonlyArray<{ readonly role: 'user' | 'assistant'; readonly text: string }>,
  ): void {
    const conversation = this.#find(key)
    for (const { role, text } of messages) {
      if (role === 'user')
        this.#userRow(conversation, { key: this.#options.newId(), text, acceptedAt: this.#now() })
      else this.#assistantRow(conversation, text, null, {})
    }
  }

  list(): Json[] {
    return [...this.#all.values()]
      .sort((a, b) => b.updatedAt - a.updatedAt)
      .map((conversation) => summaryOf(conversation))
  }

  describe(key: string): Json | null {
    const conversation = this.#all.get(this.canonical(key))
    return conversation === undefined ? null : summaryOf(conversation)
  }

  /** A page of rows, newest page first. */
  history(key: string, limit: number, offset: number): Json {
    return historyPage(this.#all.get(this.canonical(key)), key, limit, offset, this.#options.old)
  }

  /** Takes a message: starts a run, or queues it behind the one that is going on. Null: the key was used for other words. */
  send(key: string, idempotencyKey: string, text: string): Json | null {
    const conversation = this.#find(key)
    const ended = this.#ended.get(idempotencyKey)
    if (ended !== undefined) return ended.text === text ? ended.status : null
    this.#ended.set(idempotencyKey, { text, status: { runId: idempotencyKey, status: 'in_flight' } })
    const input = { key: idempotencyKey, text, acceptedAt: this.#now() }
    if (conversation.run === null) this.#begin(conversation, input, idempotencyKey)
    else conversation.queue.push(input)
    return { runId: idempotencyKey, status: 'started' }
  }

  /** An answer without a run of the agent: what slash commands give. */
  answerAtOnce(key: string, idempotencyKey: string, text: string, answer: string): Json {
    const conversation = this.#find(key)
    this.#userRow(conversation, { key: idempotencyKey, text, acceptedAt: this.#now() })
    this.#assistantRow(conversation, answer, idempotencyKey, {
      model: 'gateway-injected',
      provider: 'openclaw',
    })
    this.#ended.set(idempotencyKey, { text, status: { runId: idempotencyKey, status: 'ok' } })
    this.#chat(
      conversation,
      { runId: idempotencyKey, seq: 1 },
      { state: 'final', message: assistantMessage(answer, this.#now()) },
    )
    return { runId: idempotencyKey, status: 'started' }
  }

  /** Ends runs of a conversation; `runId` null: all, and what is queued too. */
  abort(key: string, runId: string | null, stopReason: string): Json {
    const conversation = this.#all.get(this.canonical(key))
    const runIds: string[] = []
    if (conversation) {
      const queued = conversation.queue.filter((input) => runId === null || input.key === runId)
      for (const input of queued) {
        conversation.queue.splice(conversation.queue.indexOf(input), 1)
        runIds.push(input.key)
        this.#settle(input.key, 'timeout')
        this.#chat(conversation, { runId: input.key, seq: 1 }, { state: 'final' })
      }
      const { run } = conversation
      if (run !== null && (runId === null || run.runId === runId)) {
        runIds.push(run.runId)
        if (run.text !== '') {
          this.#assistantRow(conversation, run.text, run.runId, {
            openclawAbort: { aborted: true, origin: stopReason, runId: run.runId },
          })
        }
        const message = run.text === '' ? {} : { message: assistantMessage(run.text, this.#now()) }
        this.#end(conversation, run, 'timeout', { state: 'aborted', stopReason, ...message })
      }
    }
    return { ok: true, aborted: runIds.length > 0, runIds }
  }

  reset(key: string): void {
    const conversation = this.#find(key)
    conversation.rows.length = 0
    conversation.sessionId = this.#options.newId()
    conversation.totalTokens = 0
    this.#changed(conversation, { reason: 'reset' })
  }

  delete(key: string): boolean {
    const known = this.#all.get(this.canonical(key))
    if (known === undefined || known.key === mainSessionKey) return false
    this.abort(known.key, null, 'rpc')
    this.#all.delete(known.key)
    this.#options.broadcast('sessions.changed', { sessionKey: known.key, reason: 'delete', ts: this.#now() })
    return true
  }

  label(key: string, label: string | null): void {
    const conversation = this.#find(key)
    conversation.label = label
    this.#changed(conversation, { reason: 'patch' })
  }

  create(): string {
    return this.#find(`agent:main:dashboard:${this.#options.newId()}`).key
  }

  dispose(): void {
    for (const conversation of this.#all.values()) conversation.run?.timer?.dispose()
  }

  #now(): number {
    return this.#options.clock.now()
  }

  #find(key: string): Conversation {
    const canonical = this.canonical(key)
    const known = this.#all.get(canonical)
    if (known !== undefined) return known
    const made: Conversation = {
      key: canonical,
      sessionId: this.#options.newId(),
      rows: [],
      run: null,
      queue: [],
      updatedAt: this.#now(),
      label: null,
      totalTokens: 0,
    }
    this.#all.set(canonical, made)
    return made
  }

  #begin(conversation: Conversation, input: Input, runId: string): void {
    this.#userRow(conversation, input)
    const turn = conversation.rows.filter((row) => row['role'] === 'user').length
    const reply = this.#options.agent(input.text, turn)
    const run: Run = { runId, startedAt: this.#now(), text: '', seq: 0, timer: null }
    conversation.run = run
    this.#changed(conversation, { reason: 'agent.run.started', runId })
    // The first words come in a later turn, so that the ack of chat.send is out before them.
    run.timer = this.#options.clock.after(this.#options.wordMs, () => {
      if (!this.#options.old) this.#chat(conversation, run, { state: 'status', phase: 'starting_model' })
      this.#agent(conversation, run, 'lifecycle', { phase: 'start', startedAt: run.startedAt })
      if (reply.tool) this.#useTool(conversation, run, reply.tool)
      this.#stream(conversation, run, reply, reply.text.match(/\s*\S+\s*/g) ?? [])
    })
  }

  #useTool(conversation: Conversation, run: Run, tool: NonNullable<ScriptedReply['tool']>): void {
    const { name, args, output } = tool
    const toolCallId = this.#options.newId()
    const itemId = `tool:${toolCallId}`
    this.#agent(conversation, run, 'item', {
      itemId,
      kind: 'tool',
      name,
      title: name,
      phase: 'start',
      status: 'running',
    })
    this.#agent(conversation, run, 'tool', { phase: 'start', name, toolCallId, args })
    const result = { content: [{ type: 'text', text: output }] }
    this.#agent(conversation, run, 'tool', { phase: 'result', name, toolCallId, result, isError: false })
    this.#agent(conversation, run, 'item', {
      itemId,
      kind: 'tool',
      name,
      title: name,
      phase: 'end',
      status: 'completed',
    })
    const call = { type: 'toolCall', id: toolCallId, name, arguments: args }
    this.#push(conversation, { role: 'assistant', content: [call], stopReason: 'toolUse' }, run.runId)
    this.#push(
      conversation,
      { role: 'toolResult', toolName: name, toolCallId, ...result, isError: false },
      run.runId,
    )
  }

  #stream(conversation: Conversation, run: Run, reply: ScriptedReply, pieces: readonly string[]): void {
    const wordMs = reply.wordMs ?? this.#options.wordMs
    const together = wordMs === 0 ? pieces.length : Math.max(1, Math.ceil(throttleMs / wordMs))
    const step = (from: number): void => {
      const deltaText = pieces.slice(from, from + together).join('')
      if (deltaText !== '') {
        run.text += deltaText
        this.#agent(conversation, run, 'assistant', { text: run.text, delta: deltaText })
        const message = assistantMessage(run.text, this.#now())
        this.#chat(conversation, run, {
          state: 'delta',
          ...(this.#options.old ? {} : { deltaText }),
          message,
        })
      }
      const next = from + together
      if (next < pieces.length) run.timer = this.#options.clock.after(wordMs * together, () => step(next))
      else if (reply.hang !== true)
        run.timer = this.#options.clock.after(wordMs, () => this.#finish(conversation, run, reply))
    }
    step(0)
  }

  #finish(conversation: Conversation, run: Run, reply: ScriptedReply): void {
    if (reply.error === undefined) {
      this.#assistantRow(conversation, run.text, run.runId, {})
      const message = assistantMessage(run.text, this.#now())
      this.#end(conversation, run, 'ok', {
        state: 'final',
        ...(this.#options.old ? {} : { stopReason: 'stop' }),
        message,
      })
    } else if (this.#options.old) {
      // Protocol 3 ends a failed run with a final that has no message.
      this.#end(conversation, run, 'error', { state: 'final' })
    } else {
      this.#assistantRow(conversation, run.text, run.runId, {
        stopReason: 'error',
        errorMessage: reply.error,
      })
      this.#end(conversation, run, 'error', {
        state: 'error',
        errorMessage: reply.error,
        errorKind: 'unknown',
      })
    }
  }

  #end(conversation: Conversation, run: Run, status: string, last: Json): void {
    run.timer?.dispose()
    conversation.run = null
    this.#settle(run.runId, status)
    this.#agent(conversation, run, 'lifecycle', {
      phase: 'end',
      startedAt: run.startedAt,
      endedAt: this.#now(),
    })
    this.#chat(conversation, run, last)
    this.#changed(conversation, { reason: 'agent.input.settled', runId: run.runId })
    const next = conversation.queue.shift()
    if (next === undefined) return
    // As measured on the real gateway: a queued message ends empty under its own id and is answered under another.
    this.#settle(next.key, 'ok')
    this.#chat(conversation, { runId: next.key, seq: 1 }, { state: 'final' })
    this.#begin(conversation, next, this.#options.old ? next.key : this.#options.newId())
  }

  #settle(key: string, status: string): void {
    const known = this.#ended.get(key)
    if (known !== undefined) this.#ended.set(key, { text: known.text, status: { runId: key, status } })
  }

  #userRow(conversation: Conversation, input: Input): void {
    const key = `${input.key}:user`
    const content = this.#options.old ? [{ type: 'text', text: input.text }] : input.text
    this.#push(
      conversation,
      { role: 'user', content, ...(this.#options.old ? {} : { idempotencyKey: key }) },
      null,
      key,
    )
  }

  #assistantRow(conversation: Conversation, text: string, runId: string | null, extra: Json): void {
    conversation.totalTokens += Math.ceil(text.length / 4)
    const content = [{ type: 'text', text }]
    this.#push(
      conversation,
      { role: 'assistant', content, provider: 'demo', model: 'demo-1', stopReason: 'stop', ...extra },
      runId,
    )
  }

  #push(conversation: Conversation, row: Json, runId: string | null, idempotencyKey?: string): void {
    const timestamp = this.#now()
    const id = this.#options.newId()
    const seq = conversation.rows.length + 1
    const place = {
      id,
      seq,
      recordTimestampMs: timestamp,
      ...(runId === null ? {} : { runId }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }
    const message = this.#options.old ? { ...row, timestamp } : { ...row, timestamp, __openclaw: place }
    conversation.rows.push(message)
    conversation.updatedAt = timestamp
    if (this.#options.old) return
    this.#options.broadcast('session.message', {
      sessionKey: conversation.key,
      agentId: 'main',
      message,
      messageId: id,
      messageSeq: seq,
      ...(runId === null ? {} : { runId }),
    })
  }

  #chat(conversation: Conversation, run: { readonly runId: string; seq: number }, rest: Json): void {
    run.seq += 1
    const agentId = this.#options.old ? {} : { agentId: 'main' }
    this.#options.broadcast('chat', {
      runId: run.runId,
      sessionKey: conversation.key,
      ...agentId,
      seq: run.seq,
      ...rest,
    })
  }

  #agent(conversation: Conversation, run: Run, stream: string, data: Json): void {
    const { runId } = run
    const common = { runId, sessionKey: conversation.key, agentId: 'main', seq: run.seq, ts: this.#now() }
    this.#options.broadcast('agent', { ...common, stream, data, isHeartbeat: false })
  }

  #changed(conversation: Conversation, rest: Json): void {
    conversation.updatedAt = this.#now()
    const session = summaryOf(conversation)
    const { sessionId, hasActiveRun, activeRunIds } = session
    const common = {
      sessionKey: conversation.key,
      agentId: 'main',
      ts: this.#now(),
      sessionId,
      hasActiveRun,
      activeRunIds,
    }
    this.#options.broadcast('sessions.changed', { ...common, session, ...rest })
  }
}
