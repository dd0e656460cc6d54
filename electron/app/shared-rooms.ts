import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import path from 'node:path'
import type { OpenPort } from '../connection/port.ts'
import { deviceIdentity } from '../gateway/device-identity.ts'
import { directRoute } from '../gateway/direct-route.ts'
import { openGateway } from '../gateway/gateway-session.ts'
import type { DeviceIdentity } from '../gateway/session.ts'
import { createLocalGateway } from '../local-gateway/local-gateway-service.ts'
import type { LocalGateway } from '../local-gateway/local-gateway.ts'
import { createLineLogger } from '../log/line-logger.ts'
import { openLogFile } from '../log/log-file.ts'
import type { Logger } from '../log/logger.ts'
import { createRedactor, type Redactor } from '../log/redactor.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { ensureDataDir } from '../platform/data-dir.ts'
import { DisposableStore, disposable } from '../platform/disposable.ts'
import { systemSpawner, type Spawner } from '../platform/spawn.ts'
import { createDeviceKeyStore } from '../secrets/device-key.ts'
import { openSecretStore } from '../secrets/keychain-secret-store.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import { openSettingsStore } from '../settings/file-settings-store.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import { openLocalForward } from '../ssh/local-forward.ts'
import { createOpenSsh } from '../ssh/open-ssh.ts'
import { gatewayHostOnServer, type AttemptRooms } from '../connection/attempt.ts'
import { appVersion } from './version.ts'

export interface SharedRoomsOptions {
  readonly dataDir: string
  /** True for the process that owns the data dir; others read it and share the device's identity. */
  readonly owner: boolean
  /** True for throw-away data: the keychain is left alone. */
  readonly temporary?: boolean
  readonly environment: NodeJS.ProcessEnv
  /** Shared with a log of the face's own; default: a new one. */
  readonly redactor?: Redactor | undefined
}

/** The rooms that the app and the command-line verbs have in common. */
export interface SharedRooms {
  readonly dataDir: string
  readonly settings: SettingsStore
  readonly secrets: SecretStore
  readonly local: LocalGateway
  readonly identity: () => Promise<DeviceIdentity>
  readonly openPort: OpenPort
  /** The parts of an attempt that do not depend on the gateway. */
  readonly attempt: Pick<
    AttemptRooms,
    'openSsh' | 'openGateway' | 'directRoute' | 'ownKnownHostsFile' | 'clientVersion' | 'platform'
  >
  readonly spawner: Spawner
  readonly redactor: Redactor
  readonly clock: Clock
  readonly log: Logger
  readonly random: () => number
  readonly newId: () => string
  /** True while a dialog of the keychain is open: the process can then end only by force (platform/exit.ts). */
  isStuck(): boolean
  close(): void
}

/**
 * Opens log, settings and secrets of a data dir (made where it is missing) and makes the rooms that use them.
 * Rejects with an AppFailure `data.*` where the data dir cannot be used.
 */
export async function openSharedRooms(options: SharedRoomsOptions): Promise<SharedRooms> {
  const { dataDir, environment } = options
  await ensureDataDir(dataDir)
  const clock = systemClock
  const redactor = options.redactor ?? createRedactor()
  const things = new DisposableStore()
  const logFile = openLogFile({ file: path.join(dataDir, 'log', options.owner ? 'hawser.log' : 'verbs.log') })
  things.add(disposable(() => logFile.close()))
  const log = createLineLogger({ write: logFile.write, clock, redactor })
  for (const [name, value] of Object.entries(environment)) {
    if (/^HAWSER_(TOKEN|PASSWORD|SSH_)/.test(name) && value !== undefined) redactor.add(value)
  }
  const settings = await openSettingsStore({
    dataDir,
    clock,
    log: log.child('settings'),
    random: randomUUID,
    owner: options.owner,
  })
  const secrets = await openSecretStore({
    dataDir,
    dataDirId: settings.get().dataDirId,
    gatewayLabels: (gatewayId) => settings.get().gateways.find(({ id }) => id === gatewayId)?.name ?? null,
    log: log.child('secrets'),
    redactor,
    ...(options.temporary === true ? { keychain: null } : {}),
  })
  const deviceKeys = createDeviceKeyStore({ dataDir, secrets, log: log.child('secrets'), redactor })
  const platform = supportedPlatform()
  const spawner = systemSpawner
  return {
    dataDir,
    settings,
    secrets,
    local: createLocalGateway({
      spawner,
      clock,
      log: log.child('local'),
      preferences: () => settings.get().preferences,
      env: environment,
      home: homedir(),
      dataDir,
      redactor,
    }),
    identity: async () => deviceIdentity(await deviceKeys.loadOrCreate()),
    openPort: (port) => openLocalForward({ ...port, spawner, remoteHost: gatewayHostOnServer }),
    attempt: {
      openSsh: createOpenSsh({ spawner, log: log.child('ssh') }),
      openGateway,
      directRoute,
      ownKnownHostsFile: path.join(dataDir, 'known_hosts'),
      clientVersion: appVersion,
      platform,
    },
    spawner,
    redactor,
    clock,
    log,
    random: Math.random,
    newId: randomUUID,
    isStuck: () => secrets.busy(),
    close: () => things.dispose(),
  }
}

/** The three systems Hawser knows; anything else unix-like is treated as Linux. */
export function supportedPlatform(): 'darwin' | 'win32' | 'linux' {
  return process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux'
}
