import path from 'node:path'
import { nativeTheme, Notification, session, type WebContents } from 'electron'
import type { AppEvent } from '../../shared/contract/index.ts'
import { trayText } from '../../shared/text/tray.ts'
import type { AppCore } from '../app/app-core.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { DisposableStore } from '../platform/disposable.ts'
import { readBundle, serveBundle } from './app-protocol.ts'
import { bindIpc } from './ipc.ts'
import { lockSession } from './navigation-locks.ts'
import { openPlacementStore } from './placement-store.ts'
import { watchPower } from './power.ts'
import { AppTray } from './tray.ts'
import { runTrayAction } from './tray-actions.ts'
import { trayImage } from './tray-icons.ts'
import { trayModel } from './tray-model.ts'
import { TrayPresence } from './tray-presence.ts'
import { MainWindow } from './window.ts'

type ShownPlace = Extract<AppEvent, { name: 'app.show' }>['payload']

export interface DesktopAppOptions {
  readonly core: AppCore
  readonly clock: Clock
  readonly log: Logger
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The built app: renderer/, preload.cjs and icons/ are in it. */
  readonly builtDir: string
  readonly dataDir: string
  /** Lets the developer tools load their own pages. */
  readonly devTools: boolean
  /** Whether anything shows tray icons now. Never rejects. */
  readonly hasTrayHost: () => Promise<boolean>
  readonly quit: (reason: string) => void
}

/** The desktop around a core: tray, window, pages and their locks. */
export interface DesktopApp {
  /** Brings the window up; a place, where given, is shown as soon as the page listens. */
  show(place?: ShownPlace): void
  /** Lets go of everything but the tray icon, which goes with the process. */
  close(): Promise<void>
}

/** Puts the desktop around a running core. Call when Electron is ready; opens no window by itself. */
export async function openDesktopApp(options: DesktopAppOptions): Promise<DesktopApp> {
  const { core, clock, log, platform, env, builtDir, quit } = options
  const store = new DisposableStore()
  const placement = await openPlacementStore(path.join(options.dataDir, 'window.json'), log)

  lockSession(session.defaultSession, log, options.devTools)
  serveBundle(await readBundle(path.join(builtDir, 'renderer')))
  nativeTheme.themeSource = core.snapshot().preferences.theme

  const ipc = store.add(bindIpc(core, log))
  const presence = store.add(
    new TrayPresence({
      clock,
      ask: options.hasTrayHost,
      onAbsent: () => {
        log.warn('nothing here shows tray icons; the window stays')
        new Notification({ title: trayText.appName, body: trayText.noTray }).show()
        if (!window.open) show()
      },
    }),
  )
  const window = store.add(
    new MainWindow({
      platform,
      clock,
      log,
      placement,
      quit: () => quit('window closed'),
      preload: path.join(builtDir, 'preload.cjs'),
      icon: path.join(builtDir, 'icons', 'app-256.png'),
      onContents: (contents: WebContents) => ipc.admit(contents),
      onWatched: (watched) => core.setWatched(watched),
      hidesOnClose: () => presence.present,
    }),
  )
  const show = (place?: ShownPlace): void => {
    const contents = window.show()
    if (place !== undefined) ipc.sendWhenListening(contents, { name: 'app.show', payload: place })
    void presence.look()
  }

  const tray = store.add(
    new AppTray({
      platform,
      clock,
      image: (state) => trayImage(path.join(builtDir, 'icons'), state, platform, env),
      model: () => trayModel(core.snapshot(), { clockTime }),
      run: (action) => {
        void runTrayAction(action, { core, log, show, quit: () => quit('tray') })
      },
    }),
  )
  store.add(
    core.onEvent((event) => {
      if (event.name !== 'snapshot.changed') return
      tray.refresh()
      const theme = event.payload.change.preferences?.theme
      if (theme !== undefined) nativeTheme.themeSource = theme
    }),
  )
  store.add(
    watchPower({ clock, onHint: (reason) => core.nudge(reason), onShutdown: () => quit('system shutdown') }),
  )

  return {
    show,
    async close() {
      store.dispose()
      await placement.flush()
    },
  }
}

const clockTime = (at: number): string => new Date(at).toLocaleTimeString()
