import { useState } from 'react'
import type { PromptAnswer } from '../../../shared/model/prompt.ts'
import type { AppError } from '../../../shared/result.ts'
import { useApp } from '../../stores/app.ts'

export interface Answering {
  readonly busy: boolean
  readonly error: AppError | null
  /** Hands the answer to the core and keeps nothing of it. The question closes when the core says so. */
  answer(answer: PromptAnswer): Promise<void>
  /** "Not now." */
  dismiss(): void
}

/** The two ways out of a question. */
export function useAnswer(promptId: string): Answering {
  const { call } = useApp()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  return {
    busy,
    error,
    async answer(answer) {
      setBusy(true)
      setError(null)
      const result = await call('prompts.answer', { promptId, answer })
      setBusy(false)
      // A question answered elsewhere is about to vanish by itself.
      if (!result.ok && result.error.code !== 'prompt.gone') setError(result.error)
    },
    dismiss() {
      void call('prompts.dismiss', { promptId })
    },
  }
}
