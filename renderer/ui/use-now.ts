import { useSyncExternalStore } from 'react'
import { dayOf } from './format.ts'

const tickMs = 1_000
let now = Date.now()
let timer: ReturnType<typeof setInterval> | null = null
const listeners = new Set<() => void>()

const tick = (): void => {
  // A page nobody sees has no ages to keep up; it catches up when it is shown again.
  if (document.hidden) return
  now = Date.now()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === null) {
    timer = setInterval(tick, tickMs)
    document.addEventListener('visibilitychange', tick)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
    document.removeEventListener('visibilitychange', tick)
  }
}

/** The time of now, in epoch ms, renewed once a second by one timer for the whole page, while anything uses it. */
export const useNow = (): number =>
  useSyncExternalStore(
    subscribe,
    () => {
      if (timer === null) now = Date.now()
      return now
    },
    () => now,
  )

/** The time of now, renewed only when another day begins. */
export const useToday = (): number =>
  useSyncExternalStore(subscribe, () => {
    return dayOf(now).start
  })
