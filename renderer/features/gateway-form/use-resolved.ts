import { useEffect, useState } from 'react'
import type { ResolvedTargetView } from '../../../shared/contract/index.ts'
import type { AppError } from '../../../shared/result.ts'
import { useApp } from '../../stores/app.ts'

/** Wait this long after the last keystroke before the target is looked up, in ms. */
const pauseMs = 250

export type Resolved =
  | { readonly state: 'none' }
  | { readonly state: 'asking' }
  | { readonly state: 'known'; readonly view: ResolvedTargetView }
  | { readonly state: 'failed'; readonly error: AppError }

/** What an SSH target means, looked up while it is typed. Answers to older texts are dropped. */
export function useResolved(target: string): Resolved {
  const { call } = useApp()
  const [answer, setAnswer] = useState<{ readonly target: string; readonly resolved: Resolved } | null>(null)
  const wanted = target.trim()
  useEffect(() => {
    if (wanted === '') return
    let current = true
    const timer = setTimeout(() => {
      void call('ssh.resolve', { target: wanted }).then((result) => {
        if (!current) return
        const resolved: Resolved = result.ok
          ? { state: 'known', view: result.value }
          : { state: 'failed', error: result.error }
        setAnswer({ target: wanted, resolved })
      })
    }, pauseMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [call, wanted])
  if (wanted === '') return { state: 'none' }
  return answer?.target === wanted ? answer.resolved : { state: 'asking' }
}
