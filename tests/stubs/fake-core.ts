import type { AppEvent } from '../../shared/contract/index.ts'
import { defaultPreferences } from '../../shared/model/settings.ts'
import type { ConnectionView } from '../../shared/model/connection.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { Snapshot } from '../../shared/model/snapshot.ts'
import { appError, type Result } from '../../shared/result.ts'
import { stageNames } from '../../shared/stages.ts'
import type { AppCore } from '../../electron/app/app-core.ts'
import { Emitter } from '../../electron/platform/disposable.ts'

/** A gateway over SSH, as saved. */
export const sshGateway = (id: string, more: Partial<SavedGateway> = {}): SavedGateway => ({
  id,
  name: id,
  place: {
    kind: 'ssh',
    target: `ada@${id}`,
    remotePort: 18789,
    localPort: { mode: 'off' },
    engine: 'auto',
    identityFile: null,
  },
  wanted: true,
  demo: false,
  ...more,
})

/** A link in a phase, with everything else at rest. */
export const link = (
  gatewayId: string,
  phase: ConnectionView['phase'],
  more: Partial<ConnectionView> = {},
): ConnectionView => ({
  gatewayId,
  phase,
  since: 0,
  attempt: 1,
  stages: stageNames.map((name) => ({
    name,
    state: 'pending',
    since: null,
    ms: null,
    message: '',
    error: null,
  })),
  error: phase === 'blocked' ? appError('auth.token-wrong') : null,
  retryAt: null,
  engine: null,
  localPort: { state: 'off' },
  gateway: null,
  latency: null,
  activeRuns: 0,
  ...more,
})

/** A whole snapshot; only what a test is about needs to be given. */
export const snapshotOf = (parts: Partial<Snapshot> = {}): Snapshot => ({
  revision: 0,
  app: {
    version: '0',
    platform: 'linux',
    face: 'desktop',
    demo: false,
    dataDir: '/data',
    can: { tray: true, startAtLogin: true, openLinks: true },
  },
  preferences: defaultPreferences,
  gateways: [],
  connections: {},
  selectedGatewayId: null,
  prompts: [],
  secrets: { store: 'memory', storeName: '', reason: null, deviceKeyPlace: null, entries: [] },
  local: {
    state: 'unknown',
    owner: null,
    service: null,
    port: null,
    version: null,
    openclawPath: null,
    nodePath: null,
    configFile: null,
    checkedAt: null,
    error: null,
    logTail: [],
  },
  notices: [],
  ...parts,
})

/** A core without rooms: it records what a face asks and says what a test wants. */
export class FakeCore implements AppCore {
  readonly asked: { readonly name: unknown; readonly input: unknown }[] = []
  readonly nudges: string[] = []
  readonly watched: boolean[] = []
  readonly #events = new Emitter<AppEvent>((error) => {
    throw error
  })
  answer: (name: unknown, input: unknown) => Result<unknown> = () => ({ ok: true, value: {} })
  closing: () => Promise<void> = () => Promise.resolve()
  closed = 0
  current: Snapshot = snapshotOf()

  snapshot = (): Snapshot => this.current
  call: AppCore['call'] = (name, input) => this.callUnknown(name, input) as never
  callUnknown = (name: unknown, input: unknown): Promise<Result<unknown>> => {
    this.asked.push({ name, input })
    return Promise.resolve(this.answer(name, input))
  }
  onEvent = (listener: (event: AppEvent) => void) => this.#events.on(listener)
  emit = (event: AppEvent): void => this.#events.emit(event)
  /** Changes the snapshot and says so. */
  change = (change: Partial<Snapshot>): void => {
    this.current = { ...this.current, ...change, revision: this.current.revision + 1 }
    this.emit({ name: 'snapshot.changed', payload: { revision: this.current.revision, change } })
  }
  nudge = (reason: string): void => {
    this.nudges.push(reason)
  }
  setWatched = (watched: boolean): void => {
    this.watched.push(watched)
  }
  isStuck = (): boolean => false

  close = (): Promise<void> => {
    this.closed += 1
    return this.closing()
  }
}
