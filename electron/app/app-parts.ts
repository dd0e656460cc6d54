import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { PreferencesPatch } from '../../shared/model/settings.ts'
import type { AttemptRooms, AttemptTarget } from '../connection/attempt.ts'
import type { AppState } from './app-state.ts'
import type { FacePorts } from './app-core.ts'
import type { CoreRooms } from './core-rooms.ts'
import type { Gateways } from './gateways.ts'
import type { Links } from './links.ts'
import type { PromptBoard } from './prompt-board.ts'

/** What the commands work with. */
export interface AppParts {
  readonly rooms: CoreRooms
  readonly state: AppState
  readonly gateways: Gateways
  readonly links: Links
  readonly prompts: PromptBoard
  readonly face: FacePorts
  /** Longest a check of the stages may take, in ms. */
  readonly checkTimeoutMs: number
  attemptTarget(gateway: SavedGateway): AttemptTarget
  /** The rooms of an attempt that asks nobody: a question is answered with "not now". */
  silentRooms(gatewayId: string): AttemptRooms
  setPreferences(patch: PreferencesPatch): Promise<void>
  removeSecret(entryId: string): Promise<void>
  /** Runs an action that needs operator.admin: on refusal asks the person, reconnects with the right, tries once more. */
  withAdmin(gatewayId: string, purpose: string, action: () => Promise<void>): Promise<void>
}
