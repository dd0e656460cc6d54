import type { Logger } from '../log/logger.ts'
import { readFileCapped, writeFileAtomic } from '../platform/files.ts'
import { parsePlacement, type SavedPlacement } from './window-placement.ts'

/** Where the window stood, in a small file of its own: losing it costs nothing, so it never stops anything. */
export interface PlacementStore {
  load(): SavedPlacement | null
  save(placement: SavedPlacement): void
  /** Resolves when the last save is on disk, or failed and was logged. */
  flush(): Promise<void>
}

/** Reads the file once. Never rejects: an unreadable file counts as none. */
export async function openPlacementStore(file: string, log: Logger): Promise<PlacementStore> {
  const text = await readFileCapped(file, 4096).catch(() => null)
  let current = text === null ? null : parsePlacement(text)
  let writing = Promise.resolve()
  return {
    load: () => current,
    save(placement) {
      if (JSON.stringify(placement) === JSON.stringify(current)) return
      current = placement
      writing = writing
        .then(() => writeFileAtomic(file, `${JSON.stringify(placement)}\n`))
        .catch((error: unknown) => log.warn('the window place was not saved', { reason: String(error) }))
    },
    flush: () => writing,
  }
}
