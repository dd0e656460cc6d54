import type { ConnectionView } from '../../shared/model/connection.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import type { ChatService } from '../chat/chat-service.ts'
import type { Connection } from '../connection/connection.ts'
import { DisposableStore } from '../platform/disposable.ts'

export interface LinksOptions {
  readonly chat: ChatService
  /** Makes the (idle) connection of a gateway. `current` reads the gateway as it is saved now. */
  readonly create: (gateway: SavedGateway, current: () => SavedGateway) => Connection
  readonly onViews: (views: Record<string, ConnectionView>) => void
}

interface Entry {
  gateway: SavedGateway
  connection: Connection
  readonly things: DisposableStore
}

/** One connection per saved gateway, kept in step with the settings. */
export class Links {
  readonly #options: LinksOptions
  readonly #entries = new Map<string, Entry>()
  #watched = false
  #lastTurn: Promise<void> = Promise.resolve()

  constructor(options: LinksOptions) {
    this.#options = options
  }

  /**
   * Follows the saved gateways: makes what is new, ends what is gone, renews what moved to another place. One call
   * after the other, since ending a link takes time and the next call must see it done.
   */
  follow(gateways: readonly SavedGateway[]): Promise<void> {
    const turn = this.#lastTurn.then(() => this.#follow(gateways))
    this.#lastTurn = turn.catch(() => {})
    return turn
  }

  async #follow(gateways: readonly SavedGateway[]): Promise<void> {
    const gone = [...this.#entries.keys()].filter((id) => !gateways.some((gateway) => gateway.id === id))
    const ended = gone.map((id) => this.#end(id))
    for (const gateway of gateways) {
      const entry = this.#entries.get(gateway.id)
      if (entry === undefined) this.#make(gateway)
      else if (samePlace(entry.gateway, gateway)) entry.gateway = gateway
      else ended.push(this.#renew(entry, gateway))
    }
    this.#publish()
    await Promise.all(ended)
  }

  get(gatewayId: string): Connection {
    const entry = this.#entries.get(gatewayId)
    if (entry === undefined) throw failure('gateway.unknown')
    return entry.connection
  }

  nudge(): void {
    for (const { connection } of this.#entries.values()) connection.nudge()
  }

  setWatched(watched: boolean): void {
    this.#watched = watched
    for (const { connection } of this.#entries.values()) connection.setWatched(watched)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.#end(id)))
  }

  #make(gateway: SavedGateway): void {
    const entry: Entry = {
      gateway,
      connection: this.#options.create(gateway, () => entry.gateway),
      things: new DisposableStore(),
    }
    this.#entries.set(gateway.id, entry)
    this.#wire(entry)
  }

  #wire({ gateway, connection, things }: Entry): void {
    const { chat } = this.#options
    connection.setWatched(this.#watched)
    things.add(connection.onChange(() => this.#publish()))
    things.add(
      connection.onSession((session) => {
        if (session === null) chat.detach(gateway.id)
        else chat.attach(gateway.id, session)
      }),
    )
    things.add(
      chat.onActiveRuns((gatewayId) => {
        if (gatewayId === gateway.id) connection.setActiveRuns(chat.activeRuns(gatewayId))
      }),
    )
  }

  /** The gateway moved: the old link is gone before a new one is made, and a wanted one is connected again. */
  async #renew(entry: Entry, gateway: SavedGateway): Promise<void> {
    const wasIdle = entry.connection.view().phase === 'idle'
    entry.gateway = gateway
    await this.#end(gateway.id)
    this.#make(gateway)
    if (!wasIdle) this.get(gateway.id).connect()
    this.#publish()
  }

  async #end(gatewayId: string): Promise<void> {
    const entry = this.#entries.get(gatewayId)
    if (entry === undefined) return
    this.#entries.delete(gatewayId)
    await entry.connection.close()
    entry.things.dispose()
    this.#options.chat.detach(gatewayId)
  }

  #publish(): void {
    this.#options.onViews(
      Object.fromEntries([...this.#entries].map(([id, { connection }]) => [id, connection.view()])),
    )
  }
}

const samePlace = (a: SavedGateway, b: SavedGateway): boolean =>
  JSON.stringify(a.place) === JSON.stringify(b.place)
