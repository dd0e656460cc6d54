const storageKey = 'hawser.secret'

/** The parts of a browser window that hold the launch secret. */
export interface SecretPlaces {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>
  readonly history: Pick<History, 'replaceState' | 'state'>
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

/**
 * Moves the secret of `#secret=HEX` into this tab's sessionStorage and clears the fragment, so that neither the
 * address bar nor the history keeps it. Returns the secret of this tab, or null where there is none.
 */
export function takeLaunchSecret({ location, history, storage }: SecretPlaces): string | null {
  const given = /^#secret=([0-9a-f]+)$/i.exec(location.hash)?.[1]
  if (given !== undefined) {
    storage.setItem(storageKey, given)
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return storage.getItem(storageKey)
}
