import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { app, dialog } from 'electron'
import { toAppError } from '../shared/result.ts'
import { trayText } from '../shared/text/tray.ts'
import { createApp, type App } from './app/create-app.ts'
import { supportedPlatform } from './app/shared-rooms.ts'
import { registerAppScheme } from './desktop/app-protocol.ts'
import { openDesktopApp, type DesktopApp } from './desktop/desktop-app.ts'
import { parseDesktopArguments } from './desktop/desktop-arguments.ts'
import { openExternalLink } from './desktop/external-links.ts'
import { ownLoginItem, setStartAtLogin, startedAtLogin } from './desktop/login-item.ts'
import { setApplicationMenu } from './desktop/menu.ts'
import { lockContents } from './desktop/navigation-locks.ts'
import { createQuitPath } from './desktop/quit.ts'
import { askTrayHost } from './desktop/tray-host.ts'
import { createLineLogger } from './log/line-logger.ts'
import { openLogFile } from './log/log-file.ts'
import { createRedactor } from './log/redactor.ts'
import { systemClock as clock } from './platform/clock.ts'
import { acquireDataDirLock, type DataDirLock } from './platform/data-dir-lock.ts'
import { defaultDataDir, ensureDataDir } from './platform/data-dir.ts'

/*
 * The desktop app's boot order, from top to bottom. Nothing is awaited at the top level: Electron becomes ready only
 * after this module has been evaluated, so waiting for that here would wait forever (electron#40719).
 */

/** Must equal `appId` of electron-builder.yml: Windows ties notifications to the installed shortcut by it. */
const appId = 'io.github.hawser'

const { env } = process
const platform = supportedPlatform()
const given = parseDesktopArguments(process.argv, process.cwd())
const dataDir = given.dataDir ?? defaultDataDir(env, platform, homedir())

// First of all: the only one on this data dir. Electron keys its lock by the folder of Chromium's own files.
const browserDir = path.join(dataDir, 'electron')
mkdirSync(browserDir, { recursive: true, mode: 0o700 })
app.setPath('userData', browserDir)
if (app.requestSingleInstanceLock()) boot()
// The first one hears of us (`second-instance`) and shows its window.
else app.exit(0)

function boot(): void {
  const logFile = openLogFile({ file: path.join(dataDir, 'log', 'desktop.log') })
  const redactor = createRedactor()
  const log = createLineLogger({ write: logFile.write, clock, redactor })
  let lock: DataDirLock | null = null
  let core: App | null = null
  let desktop: DesktopApp | null = null
  let wantsWindow = !given.hidden

  /** Shows the window now, or as soon as there can be one. */
  const show = (): void => {
    wantsWindow = true
    desktop?.show()
  }

  // Before Electron is ready: what cannot be done later.
  app.setName(trayText.appName)
  app.setAppUserModelId(appId)
  app.enableSandbox()
  registerAppScheme()
  setApplicationMenu(platform)
  // No cookie is kept, so Chromium has no business with the keychain: without these it may ask the user to open it.
  if (platform === 'linux') app.commandLine.appendSwitch('password-store', 'basic')
  if (platform === 'darwin') app.commandLine.appendSwitch('disable-features', 'UseKeychainKeyProvider')

  const { quit } = createQuitPath({
    clock,
    log: () => log,
    isStuck: () => core?.isStuck() === true,
    close: async () => {
      await desktop?.close()
      await core?.close()
      if (lock?.owned === true) await lock.release()
    },
  })
  app.on('second-instance', show)
  app.on('activate', show)
  // Without this listener the app would end with its window.
  app.on('window-all-closed', () => {})
  app.on('web-contents-created', (_event, contents) => lockContents(contents, log.child('page')))

  app
    .whenReady()
    .then(run)
    .catch((thrown: unknown) => {
      const error = toAppError(thrown)
      log.error('could not start', { code: error.code, detail: error.detail })
      dialog.showErrorBox(trayText.appName, `${error.message}\n\n${error.next}`)
      quit('could not start', 1)
    })

  async function run(): Promise<void> {
    // One owner of the data dir among all faces. If a browser tab has it, that one shows itself, and we are done.
    await ensureDataDir(dataDir)
    lock = await acquireDataDirLock(dataDir, {
      face: 'desktop',
      onHandover: () => {
        show()
        return Promise.resolve({ shown: true, url: null, message: trayText.alreadyRuns })
      },
    })
    if (!lock.owned) {
      const reply = await lock.handOver({ face: 'desktop', open: true })
      if (!reply.shown) dialog.showErrorBox(trayText.appName, reply.message)
      quit('handed over')
      return
    }

    // The core: everything that is not Electron.
    const hasTrayHost = (): Promise<boolean> => askTrayHost(platform, env, clock)
    const loginItem = ownLoginItem(platform, env, given.dataDir)
    core = await createApp({
      dataDir,
      redactor,
      face: 'desktop',
      // An app that is run from its sources has no program of its own that could be started at login.
      can: { tray: await hasTrayHost(), startAtLogin: app.isPackaged, openLinks: true },
      ports: {
        openLink: openExternalLink,
        quit: () => quit('asked by a page'),
        ...(app.isPackaged
          ? {
              setStartAtLogin: (enabled: boolean, hidden: boolean) =>
                setStartAtLogin(loginItem, enabled, hidden),
            }
          : {}),
      },
    })

    // The desktop around it: pages and their locks, window, tray, power.
    desktop = await openDesktopApp({
      core,
      clock,
      log,
      platform,
      env,
      dataDir,
      builtDir: path.join(app.getAppPath(), 'out'),
      devTools: !app.isPackaged,
      hasTrayHost,
      quit,
    })
    const atLogin = startedAtLogin(platform) && core.snapshot().preferences.startHidden
    if (wantsWindow && !atLogin) desktop.show()
  }
}
