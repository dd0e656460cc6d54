import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'
import { StubContents, StubWindow } from './electron-window.ts'

/*
 * Stands for the package `electron` in tests, which cannot run it: importing the real one starts a download. It records
 * what the app asks of the system, and lets a test play the system's part. Every part is checked against electron.d.ts,
 * so that a method that vanishes or changes there breaks the types here. Listeners (`on`, `once`) come from Node's
 * emitter, whose types are too loose to compare.
 */

type Part<T, K extends keyof T> = Pick<T, K>
type Channel = Parameters<Electron.IpcMain['handle']>[1]

/** Everything that was asked of the system, in order; a test reads it and empties it. */
export const calls: { readonly name: string; readonly args: readonly unknown[] }[] = []
const note = (name: string, ...args: readonly unknown[]): void => {
  calls.push({ name, args })
}

/** What the system answers; a test sets it before the app asks. */
export const system = {
  gotLock: true,
  appPath: '/nowhere',
  loginItem: { openAtLogin: false, status: 'not-registered', wasOpenedAtLogin: false },
  displays: [{ scaleFactor: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
  dark: false,
  darkBar: true,
}

let markReady: () => void = () => {}
let ready = new Promise<void>((resolve) => {
  markReady = resolve
})

class StubApp
  extends EventEmitter
  implements
    Part<
      Electron.App,
      | 'enableSandbox'
      | 'exit'
      | 'getAppPath'
      | 'isPackaged'
      | 'quit'
      | 'requestSingleInstanceLock'
      | 'setAppUserModelId'
      | 'setName'
      | 'setPath'
      | 'whenReady'
    >
{
  isPackaged = false
  enableSandbox = (): void => note('app.enableSandbox')
  exit = (code?: number): void => note('app.exit', code)
  getAppPath = (): string => system.appPath
  quit = (): void => {
    note('app.quit')
    this.emit('before-quit', { preventDefault: () => note('before-quit prevented') })
  }
  requestSingleInstanceLock = (): boolean => {
    note('app.requestSingleInstanceLock')
    return system.gotLock
  }
  setAppUserModelId = (id: string): void => note('app.setAppUserModelId', id)
  setLoginItemSettings = (settings: Electron.Settings): void => {
    note('app.setLoginItemSettings', settings)
    system.loginItem.openAtLogin = settings.openAtLogin === true
    system.loginItem.status = settings.openAtLogin === true ? 'enabled' : 'not-registered'
  }
  getLoginItemSettings = (): Electron.LoginItemSettings => ({
    executableWillLaunchAtLogin: false,
    launchItems: [],
    ...(system.loginItem as Pick<Electron.LoginItemSettings, 'openAtLogin' | 'status' | 'wasOpenedAtLogin'>),
  })
  setName = (name: string): void => note('app.setName', name)
  setPath = (name: string, value: string): void => note('app.setPath', name, value)
  whenReady = (): Promise<void> => ready
  commandLine = {
    appendSwitch: (name: string, value?: string): void => note('commandLine.appendSwitch', name, value),
  } satisfies Part<Electron.CommandLine, 'appendSwitch'>
}
export const app = new StubApp()

class StubIpcMain extends EventEmitter implements Part<Electron.IpcMain, 'handle' | 'removeHandler'> {
  readonly #handlers = new Map<string, Channel>()
  handle = (channel: string, listener: Channel): void => {
    if (this.#handlers.has(channel)) throw new Error(`a second handler for ${channel}`)
    this.#handlers.set(channel, listener)
  }
  removeHandler = (channel: string): void => {
    this.#handlers.delete(channel)
  }
  /** A page's `ipcRenderer.invoke`: arguments and answer are cloned as on their way between processes. */
  invoke = async (channel: string, event: unknown, ...args: unknown[]): Promise<unknown> => {
    const handler = this.#handlers.get(channel)
    if (handler === undefined) throw new Error(`no handler for ${channel}`)
    return structuredClone(await handler(event as Electron.IpcMainInvokeEvent, ...structuredClone(args)))
  }
  reset = (): void => {
    this.#handlers.clear()
    this.removeAllListeners()
  }
}
export const ipcMain = new StubIpcMain()

type RequestHandler = (request: Request) => Response | Promise<Response>
/** Handlers of our own schemes by scheme. */
export const schemes = new Map<string, RequestHandler>()
export const protocol = {
  registerSchemesAsPrivileged: (list: Electron.CustomScheme[]): void =>
    note('protocol.registerSchemesAsPrivileged', list),
  handle: (scheme: string, handler: RequestHandler): void => {
    schemes.set(scheme, handler)
  },
} satisfies Part<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'>

type Handlers = Part<
  Electron.Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setUSBProtectedClassesHandler'
  | 'setBluetoothPairingHandler'
  | 'setDisplayMediaRequestHandler'
>
type First<F> = F extends (first: infer A, ...rest: never[]) => unknown ? NonNullable<A> : never
export class StubSession extends EventEmitter implements Handlers {
  permissionRequest: First<Handlers['setPermissionRequestHandler']> | null = null
  permissionCheck: First<Handlers['setPermissionCheckHandler']> | null = null
  device: First<Handlers['setDevicePermissionHandler']> | null = null
  displayMedia: First<Handlers['setDisplayMediaRequestHandler']> | null = null
  beforeRequest:
    | ((
        details: Electron.OnBeforeRequestListenerDetails,
        answer: (response: Electron.CallbackResponse) => void,
      ) => void)
    | null = null
  setPermissionRequestHandler: Handlers['setPermissionRequestHandler'] = (handler) => {
    this.permissionRequest = handler
  }
  setPermissionCheckHandler: Handlers['setPermissionCheckHandler'] = (handler) => {
    this.permissionCheck = handler
  }
  setDevicePermissionHandler: Handlers['setDevicePermissionHandler'] = (handler) => {
    this.device = handler
  }
  setUSBProtectedClassesHandler: Handlers['setUSBProtectedClassesHandler'] = () => note('session.usb')
  setBluetoothPairingHandler: Handlers['setBluetoothPairingHandler'] = () => note('session.bluetooth')
  setDisplayMediaRequestHandler: Handlers['setDisplayMediaRequestHandler'] = (handler) => {
    this.displayMedia = handler
  }
  webRequest = {
    onBeforeRequest: (listener: typeof this.beforeRequest): void => {
      this.beforeRequest = listener
    },
  }
}
export const session = { defaultSession: new StubSession() }

export class Menu implements Part<Electron.Menu, never> {
  readonly template: Electron.MenuItemConstructorOptions[]
  constructor(template: Electron.MenuItemConstructorOptions[]) {
    this.template = template
  }
  static buildFromTemplate = (template: Electron.MenuItemConstructorOptions[]): Menu => new Menu(template)
  static setApplicationMenu = (menu: Menu | null): void =>
    note('Menu.setApplicationMenu', menu?.template ?? null)
}

/** Stands for a NativeImage; knows only the file it came from. */
export class StubImage implements Part<Electron.NativeImage, 'setTemplateImage'> {
  readonly file: string
  template = false
  constructor(file: string) {
    this.file = file
  }
  setTemplateImage(template: boolean): void {
    this.template = template
  }
}
export const nativeImage = { createFromPath: (file: string): StubImage => new StubImage(file) }

/** Every tray icon that was made: there must never be two. */
export const trays: Tray[] = []
export class Tray
  extends EventEmitter
  implements Part<Electron.Tray, 'setToolTip' | 'setIgnoreDoubleClickEvents'>
{
  image: StubImage
  toolTip = ''
  menus: Menu[] = []
  constructor(image: StubImage) {
    super()
    this.image = image
    trays.push(this)
  }
  get menu(): Menu | undefined {
    return this.menus.at(-1)
  }
  setImage(image: StubImage): void {
    note('tray.setImage', image.file)
    this.image = image
  }
  setToolTip(toolTip: string): void {
    this.toolTip = toolTip
  }
  setContextMenu(menu: Menu): void {
    this.menus.push(menu)
  }
  setIgnoreDoubleClickEvents(ignore: boolean): void {
    note('tray.setIgnoreDoubleClickEvents', ignore)
  }
}

class StubTheme
  extends EventEmitter
  implements
    Part<
      Electron.NativeTheme,
      'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'themeSource'
    >
{
  themeSource: Electron.NativeTheme['themeSource'] = 'system'
  get shouldUseDarkColors(): boolean {
    return this.themeSource === 'system' ? system.dark : this.themeSource === 'dark'
  }
  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return system.darkBar
  }
}
export const nativeTheme = new StubTheme()

export const powerMonitor = new EventEmitter()
export const screen = { getAllDisplays: () => system.displays }
export const shell = {
  openExternal: (url: string): Promise<void> => {
    note('shell.openExternal', url)
    return Promise.resolve()
  },
} satisfies Part<Electron.Shell, 'openExternal'>
export const dialog = {
  showErrorBox: (title: string, content: string): void => note('dialog.showErrorBox', title, content),
} satisfies Part<Electron.Dialog, 'showErrorBox'>
export class Notification implements Part<Electron.Notification, 'show'> {
  readonly options: Electron.NotificationConstructorOptions
  constructor(options: Electron.NotificationConstructorOptions) {
    this.options = options
  }
  show = (): void => note('notification', this.options.body)
}

export const windows: StubWindow[] = []
export class BrowserWindow extends StubWindow {
  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super(options, note)
    windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
}

/** Plays "the app is ready". */
export const becomeReady = (): void => markReady()

/** Forgets everything, as if the process had just started. */
export function resetElectron(): void {
  calls.length = 0
  windows.length = 0
  trays.length = 0
  schemes.clear()
  ipcMain.reset()
  session.defaultSession = new StubSession()
  for (const emitter of [app, nativeTheme, powerMonitor]) emitter.removeAllListeners()
  nativeTheme.themeSource = 'system'
  ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  Object.assign(system, {
    gotLock: true,
    dark: false,
    darkBar: true,
    loginItem: { openAtLogin: false, status: 'not-registered', wasOpenedAtLogin: false },
  })
  StubContents.nextId = 1
}
