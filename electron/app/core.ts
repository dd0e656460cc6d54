import {
  commands,
  type AppEvent,
  type CommandInput,
  type CommandName,
  type CommandOutput,
} from '../../shared/contract/index.ts'
import type { ConnectionView } from '../../shared/model/connection.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { Preferences } from '../../shared/model/settings.ts'
import type { AppFacts } from '../../shared/model/snapshot.ts'
import { AppFailure, appError, failure, toAppError, type Result } from '../../shared/result.ts'
import type { Asker } from '../connection/asker.ts'
import type { AttemptRooms, AttemptTarget } from '../connection/attempt.ts'
import { createConnection, type Connection } from '../connection/connection.ts'
import { defaultScopes } from '../gateway/scopes.ts'
import { DisposableStore, type Disposable } from '../platform/disposable.ts'
import type { AppCore, FacePorts } from './app-core.ts'
import type { AppParts } from './app-parts.ts'
import { AppState } from './app-state.ts'
import { createHandlers } from './commands.ts'
import type { CoreRooms } from './core-rooms.ts'
import { Gateways } from './gateways.ts'
import { Links } from './links.ts'
import { PromptBoard } from './prompt-board.ts'
import { createSignIn, noEnvironmentSecrets, type SignIn } from './sign-in.ts'

const adminScope = 'operator.admin'
const checkTimeoutMs = 60_000
/** How long a reconnect with more rights may take before the command gives up, in ms. */
const upgradeTimeoutMs = 60_000

/**
 * Puts the rooms together into the app: one writer of state, one set of commands, one connection per gateway.
 * Gateways that were wanted at the last quit are connected at once.
 */
export async function createCore(rooms: CoreRooms, facts: AppFacts, face: FacePorts): Promise<AppCore> {
  const core = new Core(rooms, facts, face)
  await core.start()
  return core
}

class Core implements AppCore {
  readonly #rooms: CoreRooms
  readonly #state: AppState
  readonly #prompts: PromptBoard
  readonly #gateways: Gateways
  readonly #links: Links
  readonly #signIns = new Map<string, SignIn>()
  readonly #adminAllowed = new Set<string>()
  readonly #things = new DisposableStore()
  readonly #handlers: ReturnType<typeof createHandlers>
  readonly #face: FacePorts
  #closed: Promise<void> | null = null

  constructor(rooms: CoreRooms, facts: AppFacts, face: FacePorts) {
    this.#rooms = rooms
    this.#face = face
    const onError = (error: unknown): void => rooms.log.error('a listener failed', { error: String(error) })
    this.#prompts = new PromptBoard(rooms.clock, rooms.newId, onError)
    this.#gateways = new Gateways(
      rooms,
      () => this.#followGateways(),
      (gatewayId) => this.#links.get(gatewayId).disconnect(),
    )
    this.#state = new AppState(
      {
        app: facts,
        preferences: rooms.settings.get().preferences,
        gateways: [],
        connections: {},
        selectedGatewayId: null,
        prompts: [],
        secrets: rooms.secrets.view(),
        local: rooms.local.view(),
        notices: [...rooms.notices],
      },
      onError,
    )
    this.#links = new Links({
      chat: rooms.chat,
      create: (gateway, current) => this.#createConnection(gateway, current),
      onViews: (views: Record<string, ConnectionView>) => this.#state.set('connections', views),
    })
    this.#handlers = createHandlers(this.#parts())
    this.#mirror()
  }

  async start(): Promise<void> {
    await this.#followGateways()
    for (const gateway of this.#gateways.list()) {
      if (gateway.wanted) this.#links.get(gateway.id).connect()
    }
    void this.#rooms.local.look().catch((error: unknown) => {
      this.#rooms.log.warn('looking for a local gateway failed', { code: toAppError(error).code })
    })
  }

  snapshot(): ReturnType<AppCore['snapshot']> {
    return this.#state.snapshot()
  }

  async call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>> {
    return (await this.callUnknown(name, input)) as Result<CommandOutput<N>>
  }

  async callUnknown(name: unknown, input: unknown): Promise<Result<unknown>> {
    if (typeof name !== 'string' || !Object.hasOwn(commands, name)) {
      return { ok: false, error: appError('input.invalid', { reason: 'there is no such command' }) }
    }
    const command = name as CommandName
    const parsed = commands[command].input.safeParse(input)
    if (!parsed.success) {
      return { ok: false, error: appError('input.invalid', { reason: firstIssue(parsed.error.issues) }) }
    }
    if (this.#closed !== null) return { ok: false, error: appError('interrupted') }
    try {
      const run = this.#handlers[command] as (input: unknown) => Promise<unknown>
      return { ok: true, value: await run(parsed.data) }
    } catch (thrown) {
      if (!(thrown instanceof AppFailure)) {
        this.#rooms.log.error('a command failed unexpectedly', {
          command,
          error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
        })
      }
      return { ok: false, error: toAppError(thrown) }
    }
  }

  onEvent(listener: (event: AppEvent) => void): Disposable {
    return this.#state.onEvent(listener)
  }

  nudge(reason: string): void {
    this.#rooms.log.info('probing all links', { reason })
    this.#links.nudge()
  }

  setWatched(watched: boolean): void {
    this.#links.setWatched(watched)
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown()
    return this.#closed
  }

  async #shutDown(): Promise<void> {
    this.#prompts.clear()
    await this.#links.close()
    await this.#rooms.chat.close()
    await this.#gateways.close()
    await this.#rooms.local.close(this.#rooms.settings.get().preferences.onQuitLocalGateway)
    this.#things.dispose()
  }

  /** Copies what the rooms know into the snapshot whenever it changes. */
  #mirror(): void {
    const { settings, secrets, local, chat } = this.#rooms
    this.#things.add(settings.onChange(() => this.#state.set('preferences', settings.get().preferences)))
    this.#things.add(secrets.onChange(() => this.#state.set('secrets', secrets.view())))
    this.#things.add(local.onChange(() => this.#state.set('local', local.view())))
    this.#things.add(this.#prompts.onChange(() => this.#state.set('prompts', this.#prompts.list())))
    this.#things.add(
      chat.onConversation(({ changes, ...rest }) => {
        this.#state.emit({ name: 'conversation.changed', payload: { ...rest, changes: [...changes] } })
      }),
    )
    this.#things.add(
      chat.onSessionsChanged((gatewayId) => {
        this.#state.emit({ name: 'sessions.changed', payload: { gatewayId } })
      }),
    )
  }

  async #followGateways(): Promise<void> {
    const gateways = this.#gateways.list()
    this.#state.set('gateways', gateways)
    this.#state.set('selectedGatewayId', this.#gateways.selectedId())
    await this.#links.follow(gateways)
  }

  #parts(): AppParts {
    return {
      rooms: this.#rooms,
      state: this.#state,
      gateways: this.#gateways,
      links: this.#links,
      prompts: this.#prompts,
      face: this.#face,
      checkTimeoutMs,
      attemptTarget: (gateway) => this.#attemptTarget(gateway),
      silentRooms: (gatewayId) => this.#attemptRooms(gatewayId, silentPrompter),
      setPreferences: (patch) => this.#setPreferences(patch),
      removeSecret: (entryId) => this.#rooms.secrets.deleteEntry(entryId),
      withAdmin: (gatewayId, purpose, action) => this.#withAdmin(gatewayId, purpose, action),
    }
  }

  #createConnection(gateway: SavedGateway, current: () => SavedGateway): Connection {
    const { asker } = this.#signIn(gateway.id)
    return createConnection({
      gatewayId: gateway.id,
      place: gateway.place,
      target: () => this.#attemptTarget(current()),
      rooms: this.#attemptRooms(gateway.id, asker.ssh),
      asker,
      openPort: this.#rooms.openPort,
      random: this.#rooms.random,
    })
  }

  #signIn(gatewayId: string): SignIn {
    const known = this.#signIns.get(gatewayId)
    if (known !== undefined) return known
    const signIn = createSignIn({
      gatewayId,
      promptGatewayId: gatewayId,
      gatewayName: () => this.#gateways.find(gatewayId).name,
      prompts: this.#prompts,
      secrets: this.#rooms.secrets,
      environment: noEnvironmentSecrets,
    })
    this.#signIns.set(gatewayId, signIn)
    return signIn
  }

  #attemptTarget(gateway: SavedGateway): AttemptTarget {
    const { place } = gateway
    return {
      place,
      name: gateway.name,
      scopes: this.#adminAllowed.has(gateway.id) ? [...defaultScopes, adminScope] : defaultScopes,
      ssh:
        place.kind === 'ssh'
          ? {
              target: place.target,
              identityFile: place.identityFile,
              configFile: null,
              knownHostsFile: this.#gateways.knownHostsFile(gateway.id),
              acceptHostKey: null,
              engine: place.engine,
              lowLatencyChannel: this.#rooms.settings.get().preferences.lowLatencyChannel,
            }
          : null,
    }
  }

  #attemptRooms(gatewayId: string, prompter: Asker['ssh']): AttemptRooms {
    const rooms = this.#rooms
    return {
      ...rooms.attempt,
      prompter,
      instanceId: rooms.settings.get().instanceId,
      identity: rooms.identity,
      localEndpoint: (port) => rooms.local.endpoint(port),
      credentials: () => this.#signIn(gatewayId).credentials(),
      onDeviceToken: (token) => this.#keepDeviceToken(gatewayId, token),
      clock: rooms.clock,
      log: rooms.log.child('link'),
    }
  }

  #keepDeviceToken(gatewayId: string, token: string | null): void {
    const name = { kind: 'device-token', gatewayId, detail: 'operator' } as const
    const { secrets, log } = this.#rooms
    const kept = token === null ? secrets.delete(name) : secrets.set(name, token, { remember: true })
    void kept.catch((error: unknown) =>
      log.warn('the device token could not be kept', { code: toAppError(error).code }),
    )
  }

  async #setPreferences(patch: Parameters<AppParts['setPreferences']>[0]): Promise<void> {
    const { settings } = this.#rooms
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
    const wished: Preferences = { ...settings.get().preferences, ...given }
    if (patch.startAtLogin !== undefined || patch.startHidden !== undefined) {
      const standing = await this.#face.setStartAtLogin?.(wished.startAtLogin, wished.startHidden)
      wished.startAtLogin = standing ?? false
    }
    await settings.update((before) => ({ ...before, preferences: wished }))
  }

  async #withAdmin(gatewayId: string, purpose: string, action: () => Promise<void>): Promise<void> {
    try {
      await action()
      return
    } catch (thrown) {
      if (toAppError(thrown).code !== 'rpc.missing-scope') throw thrown
    }
    const gatewayName = this.#gateways.find(gatewayId).name
    const answer = await this.#prompts.ask(
      'scope',
      { gatewayId, gatewayName, purpose, scope: adminScope },
      AbortSignal.timeout(10 * 60_000),
    )
    if (answer === null) throw failure('rpc.missing-scope', { scopes: adminScope })
    this.#adminAllowed.add(gatewayId)
    const connection = this.#links.get(gatewayId)
    await connection.disconnect()
    connection.connect()
    await this.#ready(connection)
    await action()
  }

  /** Resolves when the link is ready; rejects with what blocks it, or after the time is up. */
  #ready(connection: Connection): Promise<void> {
    return new Promise((resolve, reject) => {
      const things = new DisposableStore()
      const settle = (error: AppFailure | null): void => {
        things.dispose()
        if (error === null) resolve()
        else reject(error)
      }
      const look = (): void => {
        const { phase, error } = connection.view()
        if (phase === 'ready') settle(null)
        else if (phase === 'blocked' && error !== null) settle(new AppFailure(error))
        else if (phase === 'idle') settle(failure('interrupted'))
      }
      things.add(connection.onChange(look))
      things.add(this.#rooms.clock.after(upgradeTimeoutMs, () => settle(failure('gateway.timeout'))))
      look()
    })
  }
}

/** Answers every question with "not now". */
const silentPrompter: Asker['ssh'] = {
  hostKey: () => Promise.resolve(null),
  passphrase: () => Promise.resolve(null),
  password: () => Promise.resolve(null),
  code: () => Promise.resolve(null),
}

function firstIssue(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [issue] = issues
  if (issue === undefined) return 'not valid'
  const where = issue.path.map(String).join('.')
  return where === '' ? issue.message : `${where}: ${issue.message}`
}
