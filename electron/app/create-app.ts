import { homedir } from 'node:os'
import type { AppFacts, Notice } from '../../shared/model/snapshot.ts'
import { secretWords } from '../../shared/text/secrets.ts'
import { createChatService } from '../chat/chat-service.ts'
import { startDemo } from '../demo/start-demo.ts'
import type { Logger } from '../log/logger.ts'
import type { Redactor } from '../log/redactor.ts'
import { readImportOffers } from '../settings/import-openclaw.ts'
import { listSshAliases } from '../ssh/list-aliases.ts'
import { describeTarget } from './describe-target.ts'
import { systemSshEnvironment } from '../ssh/ssh-environment.ts'
import type { AppCore, FacePorts } from './app-core.ts'
import { createCore } from './core.ts'
import { openSharedRooms, supportedPlatform } from './shared-rooms.ts'
import { appVersion } from './version.ts'

export interface AppOptions {
  /** Owned by this process (see platform/data-dir-lock.ts). */
  readonly dataDir: string
  readonly face: 'desktop' | 'browser'
  /** The data is thrown away at the end: nothing goes to the keychain, and pages say that it is a demo. */
  readonly demo?: boolean
  readonly can: AppFacts['can']
  readonly ports: FacePorts
  /** Of the face's own log, so that no secret gets into that one either. */
  readonly redactor?: Redactor
}

/** The core, with the log that its face shares. */
export interface App extends AppCore {
  readonly log: Logger
  /** True while a dialog of the keychain keeps the process from ending politely. */
  isStuck(): boolean
}

/**
 * Opens the whole app on a data dir: settings, secrets, links, chat. Gateways that were connected at the last quit are
 * connected again. Rejects with an AppFailure `data.*` where the data dir cannot be used.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { dataDir } = options
  const demo = options.demo === true
  const shared = await openSharedRooms({
    dataDir,
    owner: true,
    temporary: demo,
    environment: process.env,
    redactor: options.redactor,
  })
  const { clock, log } = shared
  const sshEnvironment = systemSshEnvironment()
  const chat = await createChatService({ dataDir, clock, log: log.child('chat') })
  const keptAside = (id: string, file: string | null, words: (file: string) => string): Notice[] =>
    file === null ? [] : [{ id, tone: 'warning', text: words(file), at: clock.now() }]
  const core = await createCore(
    {
      ...shared,
      chat,
      notices: [
        ...keptAside('settings-kept-aside', shared.settings.keptAside, secretWords.settingsKeptAside),
        ...keptAside('outbox-kept-aside', chat.outboxKeptAside, secretWords.outboxKeptAside),
      ],
      resolveSsh: (target) =>
        describeTarget(target, {
          spawner: shared.spawner,
          environment: sshEnvironment,
          log: log.child('ssh'),
        }),
      sshAliases: () => Promise.resolve(listSshAliases(sshEnvironment, null)),
      importOffers: () =>
        demo
          ? Promise.resolve([])
          : readImportOffers({ env: process.env, home: homedir(), redactor: shared.redactor }),
      startDemo: () => startDemo(shared.newId),
    },
    {
      version: appVersion,
      platform: supportedPlatform(),
      face: options.face,
      demo,
      dataDir,
      can: options.can,
    },
    options.ports,
  )
  return {
    ...boundMethods(core),
    log,
    isStuck: () => shared.isStuck(),
    async close() {
      await core.close()
      shared.close()
    },
  }
}

const boundMethods = (core: AppCore): Omit<AppCore, 'close'> => ({
  snapshot: () => core.snapshot(),
  call: (name, input) => core.call(name, input),
  callUnknown: (name, input) => core.callUnknown(name, input),
  onEvent: (listener) => core.onEvent(listener),
  nudge: (reason) => core.nudge(reason),
  setWatched: (watched) => core.setWatched(watched),
})
