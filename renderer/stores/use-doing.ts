import { useState } from 'react'
import type { CommandInput, CommandName } from '../../shared/contract/index.ts'
import type { AppError } from '../../shared/result.ts'
import { useApp } from './app.ts'

export interface Doing {
  readonly busy: boolean
  /** Why the last command did not work. */
  readonly error: AppError | null
  /** Gives a command; resolves to whether it worked. */
  run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<boolean>
  fail(error: AppError): void
  clear(): void
}

/** Commands whose only answer is that they worked, or why not. */
export function useDoing(): Doing {
  const { call } = useApp()
  const [busy, setBusy] = useState(0)
  const [error, setError] = useState<AppError | null>(null)
  return {
    busy: busy > 0,
    error,
    async run(name, input) {
      setBusy((count) => count + 1)
      setError(null)
      const result = await call(name, input)
      setBusy((count) => count - 1)
      if (!result.ok) setError(result.error)
      return result.ok
    },
    fail: setError,
    clear: () => setError(null),
  }
}
