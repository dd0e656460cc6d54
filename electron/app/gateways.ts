import type { GatewayDraft, SavedGateway } from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import { secretWords } from '../../shared/text/secrets.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import type { CoreRooms, RunningDemo } from './core-rooms.ts'

/** The saved gateways and the one of the demo, which is never saved. */
export class Gateways {
  readonly #settings: SettingsStore
  readonly #secrets: SecretStore
  readonly #newId: () => string
  readonly #onChange: () => Promise<void>
  #demo: RunningDemo | null = null
  #demoSelected = false

  /** `onChange` is awaited after each change, so that links follow before a command answers. */
  constructor(rooms: Pick<CoreRooms, 'settings' | 'secrets' | 'newId'>, onChange: () => Promise<void>) {
    this.#settings = rooms.settings
    this.#secrets = rooms.secrets
    this.#newId = rooms.newId
    this.#onChange = onChange
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
    const gateway: SavedGateway = {
      id: this.#newId(),
      name: this.#freeName(draft.name, null),
      place: draft.place,
      wanted,
      demo: false,
    }
    this.#demoSelected = false
    await this.#settings.update((settings) => ({
      ...settings,
      gateways: [...settings.gateways, gateway],
      selectedGatewayId: gateway.id,
    }))
    await this.#onChange()
    return gateway
  }

  /** An edit that leads to another computer takes the secrets of the old one with it: they must not be shown there. */
  async edit(gatewayId: string, draft: GatewayDraft): Promise<SavedGateway> {
    const before = this.find(gatewayId)
    if (before.demo) throw failure('input.invalid', { reason: secretWords.demoFixed })
    const after: SavedGateway = { ...before, name: this.#freeName(draft.name, gatewayId), place: draft.place }
    if (destinationOf(before) !== destinationOf(after)) await this.#secrets.deleteGateway(gatewayId)
    await this.#replace(after)
    return after
  }

  async duplicate(gatewayId: string): Promise<SavedGateway> {
    const { name, place } = this.find(gatewayId)
    return this.add({ name, place }, false)
  }

  async remove(gatewayId: string): Promise<void> {
    this.find(gatewayId)
    if (this.#demo?.gateway.id === gatewayId) {
      await this.#endDemo()
    } else {
      await this.#settings.update((settings) => ({
        ...settings,
        gateways: settings.gateways.filter(({ id }) => id !== gatewayId),
        selectedGatewayId: settings.selectedGatewayId === gatewayId ? null : settings.selectedGatewayId,
      }))
      await this.#onChange()
    }
    await this.#secrets.deleteGateway(gatewayId)
  }

  async select(gatewayId: string): Promise<void> {
    this.find(gatewayId)
    this.#demoSelected = this.#demo?.gateway.id === gatewayId
    if (!this.#demoSelected) {
      await this.#settings.update((settings) => ({ ...settings, selectedGatewayId: gatewayId }))
    }
    await this.#onChange()
  }

  async setWanted(gatewayId: string, wanted: boolean): Promise<void> {
    const gateway = this.find(gatewayId)
    if (!gateway.demo && gateway.wanted !== wanted) await this.#replace({ ...gateway, wanted })
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

  async #replace(gateway: SavedGateway): Promise<void> {
    await this.#settings.update((settings) => ({
      ...settings,
      gateways: settings.gateways.map((other) => (other.id === gateway.id ? gateway : other)),
    }))
    await this.#onChange()
  }

  #freeName(wished: string, ownId: string | null): string {
    const taken = new Set(this.list().flatMap(({ id, name }) => (id === ownId ? [] : [name])))
    let name = wished
    for (let number = 2; taken.has(name); number += 1) name = `${wished} ${number}`
    return name
  }
}

/** The computer and account an edit must not change if secrets are to stay. */
function destinationOf({ place }: SavedGateway): string {
  switch (place.kind) {
    case 'ssh':
      return `ssh ${place.target} ${place.remotePort}`
    case 'direct':
      return `direct ${place.url}`
    case 'local':
      return 'local'
  }
}
