import type { GatewayDraft, GatewayPlace, SavedGateway } from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import { secretWords } from '../../shared/text/secrets.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import {
  addGateway,
  duplicateGateway,
  editGateway,
  removeGateway,
  selectGateway,
  setWanted,
} from '../settings/gateways.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import type { CoreRooms, RunningDemo } from './core-rooms.ts'

/** The saved gateways and the one of the demo, which is never saved. */
export class Gateways {
  readonly #settings: SettingsStore
  readonly #secrets: SecretStore
  readonly #newId: () => string
  readonly #onChange: () => Promise<void>
  readonly #leave: (gatewayId: string) => Promise<void>
  #demo: RunningDemo | null = null
  #demoSelected = false

  /**
   * `onChange` is awaited after each change, so that links follow before a command answers. `leave` ends a gateway's
   * link: awaited before its secrets go, so that the old computer cannot hand out a new one meanwhile.
   */
  constructor(
    rooms: Pick<CoreRooms, 'settings' | 'secrets' | 'newId'>,
    onChange: () => Promise<void>,
    leave: (gatewayId: string) => Promise<void>,
  ) {
    this.#settings = rooms.settings
    this.#secrets = rooms.secrets
    this.#newId = rooms.newId
    this.#onChange = onChange
    this.#leave = leave
  }

  list(): SavedGateway[] {
    const saved = this.#settings.get().gateways
    return this.#demo === null ? [...saved] : [...saved, this.#demo.gateway]
  }

  selectedId(): string | null {
    const { gateways, selectedGatewayId } = this.#settings.get()
    if (this.#demo !== null && (this.#demoSelected || gateways.length === 0)) return this.#demo.gateway.id
    return gateways.find(({ id }) => id === selectedGatewayId)?.id ?? gateways[0]?.id ?? null
  }

  find(gatewayId: string): SavedGateway {
    const gateway = this.list().find(({ id }) => id === gatewayId)
    if (gateway === undefined) throw failure('gateway.unknown')
    return gateway
  }

  /** The known_hosts file that replaces all others; only the demo has one. */
  knownHostsFile(gatewayId: string): string | null {
    return this.#demo?.gateway.id === gatewayId ? this.#demo.knownHostsFile : null
  }

  async add(draft: GatewayDraft, wanted: boolean): Promise<SavedGateway> {
    const id = this.#newId()
    this.#demoSelected = false
    await this.#settings.update((settings) => addGateway(settings, id, draft, { wanted }))
    await this.#onChange()
    return this.find(id)
  }

  /** An edit that leads to another computer drops the secrets of the old one: they must not be shown there. */
  async edit(gatewayId: string, draft: GatewayDraft): Promise<SavedGateway> {
    const before = this.find(gatewayId)
    if (before.demo) throw failure('input.invalid', { reason: secretWords.demoFixed })
    if (destinationOf(before.place) !== destinationOf(draft.place)) {
      await this.#leave(gatewayId)
      await this.#secrets.deleteGateway(gatewayId)
    }
    await this.#settings.update((settings) => editGateway(settings, gatewayId, draft))
    await this.#onChange()
    return this.find(gatewayId)
  }

  async duplicate(gatewayId: string): Promise<SavedGateway> {
    if (this.find(gatewayId).demo) throw failure('input.invalid', { reason: secretWords.demoFixed })
    const id = this.#newId()
    this.#demoSelected = false
    await this.#settings.update((settings) => duplicateGateway(settings, gatewayId, id))
    await this.#onChange()
    return this.find(id)
  }

  /** Removes it with its secrets. The link is gone when this resolves. */
  async remove(gatewayId: string): Promise<void> {
    if (this.find(gatewayId).demo) {
      await this.#endDemo()
    } else {
      await this.#settings.update((settings) => removeGateway(settings, gatewayId))
      await this.#onChange()
    }
    await this.#secrets.deleteGateway(gatewayId)
  }

  async select(gatewayId: string): Promise<void> {
    this.#demoSelected = this.find(gatewayId).demo
    if (!this.#demoSelected) await this.#settings.update((settings) => selectGateway(settings, gatewayId))
    await this.#onChange()
  }

  async setWanted(gatewayId: string, wanted: boolean): Promise<void> {
    if (this.find(gatewayId).demo) return
    await this.#settings.update((settings) => setWanted(settings, gatewayId, wanted))
    await this.#onChange()
  }

  async startDemo(start: () => Promise<RunningDemo>): Promise<SavedGateway> {
    if (this.#demo === null) {
      const demo = await start()
      this.#demo = demo
      await this.#secrets.set({ kind: 'gateway-token', gatewayId: demo.gateway.id }, demo.token, {
        remember: false,
      })
    }
    this.#demoSelected = true
    await this.#onChange()
    return this.#demo.gateway
  }

  async close(): Promise<void> {
    await this.#demo?.close()
    this.#demo = null
  }

  async #endDemo(): Promise<void> {
    const demo = this.#demo
    this.#demo = null
    this.#demoSelected = false
    await this.#onChange()
    await demo?.close()
  }
}

/** The computer and account an edit must not change if secrets are to stay. */
function destinationOf(place: GatewayPlace): string {
  switch (place.kind) {
    case 'ssh':
      return `ssh ${place.target} ${place.remotePort}`
    case 'direct':
      return `direct ${place.url}`
    case 'local':
      return 'local'
  }
}
