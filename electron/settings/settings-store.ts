import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { Preferences } from '../../shared/model/settings.ts'
import type { Disposable } from '../platform/disposable.ts'

/** All that is kept in settings.json. */
export interface Settings {
  /** Random id of this data dir; part of every keychain account. */
  readonly dataDirId: string
  /** One per install, sent to gateways as instanceId. */
  readonly instanceId: string
  readonly preferences: Preferences
  readonly gateways: readonly SavedGateway[]
  readonly selectedGatewayId: string | null
}

/** The app's own settings file: versioned, written atomically, 0600. Secrets never go here. */
export interface SettingsStore {
  get(): Settings
  /** Writes through: resolves when the change is on disk. Concurrent updates are applied one after the other. */
  update(change: (settings: Settings) => Settings): Promise<void>
  onChange(listener: () => void): Disposable
  /** Set when the file was broken and had to be kept aside: its new name. */
  readonly keptAside: string | null
}
