import type { AnswerOf, Prompt, PromptAnswer, PromptKind, PromptOf } from '../../shared/model/prompt.ts'
import { failure } from '../../shared/result.ts'
import type { Clock } from '../platform/clock.ts'
import { Emitter, type Disposable } from '../platform/disposable.ts'

export type PromptFields<K extends PromptKind> = Omit<PromptOf<K>, 'id' | 'askedAt' | 'kind'>

/** Asks a person. Resolves to null for "not now", or when the signal ends the question. */
export interface PromptPort {
  ask<K extends PromptKind>(
    kind: K,
    fields: PromptFields<K>,
    signal: AbortSignal,
  ): Promise<AnswerOf<K> | null>
}

interface OpenQuestion {
  readonly prompt: Prompt
  readonly settle: (answer: PromptAnswer | null) => void
}

/**
 * The open questions of the app. They are state: every face shows them, the first valid answer wins and the others
 * close. Answers pass through and are never kept.
 */
export class PromptBoard implements PromptPort {
  readonly #clock: Clock
  readonly #newId: () => string
  readonly #open = new Map<string, OpenQuestion>()
  readonly #changed: Emitter<void>

  constructor(clock: Clock, newId: () => string, onError: (error: unknown) => void) {
    this.#clock = clock
    this.#newId = newId
    this.#changed = new Emitter<void>(onError)
  }

  list(): Prompt[] {
    return [...this.#open.values()].map(({ prompt }) => prompt)
  }

  onChange(listener: () => void): Disposable {
    return this.#changed.on(listener)
  }

  ask<K extends PromptKind>(
    kind: K,
    fields: PromptFields<K>,
    signal: AbortSignal,
  ): Promise<AnswerOf<K> | null> {
    if (signal.aborted) return Promise.resolve(null)
    return new Promise((resolve) => {
      const id = this.#newId()
      const prompt = { ...fields, id, kind, askedAt: this.#clock.now() } as unknown as Prompt
      const close = (): void => settle(null)
      const settle = (answer: PromptAnswer | null): void => {
        if (!this.#open.delete(id)) return
        signal.removeEventListener('abort', close)
        this.#changed.emit()
        // `answer()` has checked that the answer is of the question's kind.
        resolve(answer as AnswerOf<K> | null)
      }
      this.#open.set(id, { prompt, settle })
      signal.addEventListener('abort', close, { once: true })
      this.#changed.emit()
    })
  }

  /** Throws `prompt.gone` if it is no longer open, `input.invalid` if the answer does not fit the question. */
  answer(id: string, answer: PromptAnswer): void {
    const question = this.#find(id)
    const { prompt } = question
    if (answer.kind !== prompt.kind)
      throw failure('input.invalid', { reason: `the question is a ${prompt.kind}` })
    if (
      answer.kind === 'host-key' &&
      prompt.kind === 'host-key' &&
      answer.fingerprint !== prompt.fingerprint
    ) {
      throw failure('input.invalid', { reason: 'the fingerprint is not the one that was shown' })
    }
    if (
      answer.kind === 'ssh-code' &&
      prompt.kind === 'ssh-code' &&
      answer.responses.length !== prompt.fields.length
    ) {
      throw failure('input.invalid', { reason: `${prompt.fields.length} answers are needed` })
    }
    question.settle(answer)
  }

  dismiss(id: string): void {
    this.#find(id).settle(null)
  }

  /** Closes every question, at quit. */
  clear(): void {
    for (const { settle } of this.#open.values()) settle(null)
  }

  #find(id: string): OpenQuestion {
    const question = this.#open.get(id)
    if (question === undefined) throw failure('prompt.gone')
    return question
  }
}
