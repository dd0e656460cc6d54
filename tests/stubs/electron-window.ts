import { EventEmitter } from 'node:events'
import type * as Electron from 'electron'

type Part<T, K extends keyof T> = Pick<T, K>

/** A frame of a stub page. */
export class StubFrame implements Part<Electron.WebFrameMain, 'origin'> {
  origin: string
  constructor(origin: string) {
    this.origin = origin
  }
}

/** What a window loads its page into; a test may hand in one that shows a real browser's page. */
export interface PageHost {
  load(contents: StubContents, url: string): Promise<void>
}

/** Stands for WebContents. */
export class StubContents
  extends EventEmitter
  implements
    Part<
      Electron.WebContents,
      | 'getURL'
      | 'getZoomLevel'
      | 'id'
      | 'isCrashed'
      | 'isDestroyed'
      | 'isLoadingMainFrame'
      | 'send'
      | 'setZoomLevel'
    >
{
  static nextId = 1
  /** Set by a test before a window is made; without one a page loads at once and is empty. */
  static pageHost: PageHost | null = null

  readonly id = StubContents.nextId++
  readonly mainFrame = new StubFrame('null')
  readonly sent: { readonly channel: string; readonly args: readonly unknown[] }[] = []
  windowOpenHandler: ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) | null = null
  crashed = false
  destroyed = false
  loading = false
  #url = ''
  #zoom = 0

  getURL(): string {
    return this.#url
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  isCrashed(): boolean {
    return this.crashed
  }
  isLoadingMainFrame(): boolean {
    return this.loading
  }
  getZoomLevel(): number {
    return this.#zoom
  }
  setZoomLevel(level: number): void {
    this.#zoom = level
  }
  setWindowOpenHandler(handler: typeof this.windowOpenHandler & object): void {
    this.windowOpenHandler = handler
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new Error('Object has been destroyed')
    const copy = structuredClone(args)
    this.sent.push({ channel, args: copy })
    this.emit('stub-message', channel, copy)
  }
  async load(url: string): Promise<void> {
    this.loading = true
    this.emit('did-start-loading')
    this.#url = url
    this.mainFrame.origin = /^[a-z]+:\/\/[^/]+/.exec(url)?.[0] ?? 'null'
    await StubContents.pageHost?.load(this, url)
    this.loading = false
  }
  /** The page is gone, and everything that belonged to it. */
  die(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('destroyed')
  }
}

/** Stands for BrowserWindow. */
export class StubWindow
  extends EventEmitter
  implements
    Part<
      Electron.BrowserWindow,
      | 'destroy'
      | 'focus'
      | 'getNormalBounds'
      | 'hide'
      | 'isDestroyed'
      | 'isMaximized'
      | 'isMinimized'
      | 'isVisible'
      | 'loadURL'
      | 'maximize'
      | 'restore'
      | 'show'
    >
{
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly webContents = new StubContents()
  bounds: Electron.Rectangle
  #note: (name: string, ...args: readonly unknown[]) => void
  #state = { visible: false, minimized: false, maximized: false, destroyed: false }

  constructor(
    options: Electron.BrowserWindowConstructorOptions,
    note: (name: string, ...args: readonly unknown[]) => void,
  ) {
    super()
    this.options = options
    this.#note = note
    const { x = 100, y = 100, width = 800, height = 600 } = options
    this.bounds = { x, y, width, height }
  }

  loadURL(url: string): Promise<void> {
    this.#note('window.loadURL', url)
    return this.webContents.load(url)
  }
  show(): void {
    this.#alive()
    this.#note('window.show')
    if (this.#state.visible) return
    this.#state.visible = true
    this.emit('show')
  }
  hide(): void {
    this.#alive()
    this.#note('window.hide')
    this.#state.visible = false
    this.emit('hide')
  }
  focus(): void {
    this.#alive()
    this.#note('window.focus')
  }
  minimize(): void {
    this.#state.minimized = true
    this.emit('minimize')
  }
  restore(): void {
    this.#state.minimized = false
    this.emit('restore')
  }
  maximize(): void {
    this.#state.maximized = true
  }
  isVisible(): boolean {
    this.#alive()
    return this.#state.visible
  }
  isMinimized(): boolean {
    this.#alive()
    return this.#state.minimized
  }
  isMaximized(): boolean {
    this.#alive()
    return this.#state.maximized
  }
  isDestroyed(): boolean {
    return this.#state.destroyed
  }
  getNormalBounds(): Electron.Rectangle {
    this.#alive()
    return this.bounds
  }
  destroy(): void {
    if (this.#state.destroyed) return
    this.#note('window.destroy')
    this.#state.destroyed = true
    this.webContents.die()
    this.emit('closed')
  }
  /** The person clicks the close button. */
  userCloses(): void {
    let prevented = false
    this.emit('close', {
      preventDefault: () => {
        prevented = true
      },
    })
    if (!prevented) this.destroy()
  }
  /** Electron throws for every call on a destroyed window; so must this. */
  #alive(): void {
    if (this.#state.destroyed) throw new TypeError('Object has been destroyed')
  }
}
