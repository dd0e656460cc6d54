import { useSyncExternalStore } from 'react'

const query = matchMedia('(max-width: 639px)')

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** True while the window is too narrow for the sidebar. */
export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches)
