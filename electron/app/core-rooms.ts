import type { ResolvedTargetView } from '../../shared/contract/index.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { Notice } from '../../shared/model/snapshot.ts'
import type { ChatService } from '../chat/chat-service.ts'
import type { AttemptRooms } from '../connection/attempt.ts'
import type { OpenPort } from '../connection/port.ts'
import type { DeviceIdentity } from '../gateway/session.ts'
import type { LocalGateway } from '../local-gateway/local-gateway.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { ImportableGateway } from '../settings/import-openclaw.ts'
import type { SettingsStore } from '../settings/settings-store.ts'

/** A demo that runs: an SSH server and a scripted gateway, both in this process. */
export interface RunningDemo {
  readonly gateway: SavedGateway
  readonly token: string
  readonly knownHostsFile: string
  close(): Promise<void>
}

/** Everything the app is put together from. `createApp` makes the real ones; tests may exchange any. */
export interface CoreRooms {
  readonly settings: SettingsStore
  readonly secrets: SecretStore
  readonly local: LocalGateway
  readonly chat: ChatService
  readonly identity: () => Promise<DeviceIdentity>
  readonly openPort: OpenPort
  /** The parts of an attempt that do not depend on the gateway. */
  readonly attempt: Pick<
    AttemptRooms,
    'openSsh' | 'openGateway' | 'directRoute' | 'ownKnownHostsFile' | 'clientVersion' | 'platform'
  >
  readonly resolveSsh: (target: string) => Promise<ResolvedTargetView>
  readonly sshAliases: () => Promise<readonly { readonly name: string; readonly file: string }[]>
  readonly importOffers: () => Promise<readonly ImportableGateway[]>
  readonly startDemo: () => Promise<RunningDemo>
  /** What the user should be told once, such as files that were broken and kept aside. */
  readonly notices: readonly Notice[]
  readonly clock: Clock
  readonly log: Logger
  readonly random: () => number
  readonly newId: () => string
}
