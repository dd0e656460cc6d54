import type { ChatRun, ConversationChange } from '../../shared/model/chat.ts'

/**
 * One run that is going on, as a conversation shows it. Gateways send the whole answer so far with every piece, and
 * keep in it what already became a row of its own (a run that took up a second message answers twice); shown is only
 * what is not a row yet, and passed on only what was added.
 */
export class RunView {
  readonly runId: string
  readonly startedAt: number
  /** Our clock's monotonic time of the last sign of life. */
  lastSignAt: number
  #messageKey: string | null
  #activity = ''
  /** The whole answer so far. */
  #answer = ''
  #committed: readonly string[] = []
  /** What the listeners know: null, nothing yet. */
  #told: { readonly text: string; readonly activity: string; readonly messageKey: string | null } | null =
    null

  constructor(runId: string, startedAt: number, lastSignAt: number, messageKey: string | null) {
    this.runId = runId
    this.startedAt = startedAt
    this.lastSignAt = lastSignAt
    this.#messageKey = messageKey
  }

  setMessageKey(key: string): void {
    this.#messageKey = key
  }

  setActivity(activity: string): void {
    this.#activity = activity
  }

  /** The answer so far, from its beginning. */
  setAnswer(answer: string): void {
    this.#answer = answer
    this.#activity = ''
  }

  append(piece: string): void {
    this.setAnswer(this.#answer + piece)
  }

  /** The texts of this run's rows that stand in the transcript, in order. */
  setCommitted(texts: readonly string[]): void {
    this.#committed = texts
  }

  get answer(): string {
    return this.#answer
  }

  /** The part of the answer that is no row yet. */
  get text(): string {
    let rest = this.#answer
    for (const text of this.#committed) {
      const start = rest.length - rest.trimStart().length
      if (text === '' || !rest.startsWith(text, start)) continue
      rest = rest.slice(start + text.length)
    }
    return rest === this.#answer ? rest : rest.trimStart()
  }

  view(): ChatRun {
    return {
      runId: this.runId,
      startedAt: this.startedAt,
      activity: this.#activity,
      text: this.text,
      messageKey: this.#messageKey,
    }
  }

  /** The change that brings listeners up to date, or null where they are. */
  takeChange(): ConversationChange | null {
    const run = this.view()
    const told = this.#told
    this.#told = run
    if (told === null || told.activity !== run.activity || told.messageKey !== run.messageKey) {
      return { op: 'run', run }
    }
    if (told.text === run.text) return null
    if (!run.text.startsWith(told.text)) return { op: 'run', run }
    return { op: 'run-text', runId: run.runId, append: run.text.slice(told.text.length) }
  }
}
