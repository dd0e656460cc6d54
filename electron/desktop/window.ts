import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'
import { appUrl } from './app-protocol.ts'
import { windowOptions } from './window-options.ts'
import { placeWindow, type SavedPlacement } from './window-placement.ts'
import { zoomByKeys } from './zoom-keys.ts'

/** A hidden window is kept this long (ms), so that opening it again is instant; then its memory is given back. */
export const hiddenGraceMs = 60_000
/** A page that dies more often than this within a minute is not brought back by itself. */
const maximumRevivals = 2

export interface MainWindowOptions {
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  readonly log: Logger
  /** Absolute path of the built preload. */
  readonly preload: string
  /** Absolute path of the window's icon (Linux). */
  readonly icon: string
  readonly placement: { load(): SavedPlacement | null; save(placement: SavedPlacement): void }
  /** A new page, before it loads: locks and IPC go here. */
  readonly onContents: (contents: WebContents) => void
  /** The window came in sight or went out of it. */
  readonly onWatched: (watched: boolean) => void
  /** False where nothing but the window shows that the app runs: then closing it means quitting. */
  readonly hidesOnClose: () => boolean
  readonly quit: () => void
}

/** The one window: made when it is wanted, destroyed when it was hidden for a while. */
export class MainWindow implements Disposable {
  readonly #options: MainWindowOptions
  #window: BrowserWindow | null = null
  #grace: Disposable | null = null
  #closing = false
  #watched = false
  #deaths: readonly number[] = []

  constructor(options: MainWindowOptions) {
    this.#options = options
  }

  /** True while there is a window, in sight or not. */
  get open(): boolean {
    return this.#window !== null
  }

  /** Brings the window up, making it if need be, and answers its page. */
  show(): WebContents {
    this.#grace?.dispose()
    this.#grace = null
    const window = this.#window ?? this.#create()
    if (!window.webContents.isLoadingMainFrame()) this.#raise(window)
    return window.webContents
  }

  /** Destroys the window for good. */
  dispose(): void {
    this.#closing = true
    this.#destroy()
  }

  #create(): BrowserWindow {
    const { options, workAreas } = {
      options: this.#options,
      workAreas: screen.getAllDisplays().map((d) => d.workArea),
    }
    const placement = placeWindow(options.placement.load(), workAreas)
    const window = new BrowserWindow(
      windowOptions(placement, { ...options, dark: nativeTheme.shouldUseDarkColors }),
    )
    this.#window = window
    options.onContents(window.webContents)
    zoomByKeys(window.webContents, options.platform)
    window.on('close', (event) => this.#onClose(event))
    for (const change of ['show', 'hide', 'minimize', 'restore'] as const) {
      window.on(change as 'show', () => this.#updateWatched())
    }
    window.on('closed', () => this.#forget(window))
    window.webContents.on('render-process-gone', (_event, details) => this.#onGone(window, details.reason))
    // `ready-to-show` does not come everywhere on Linux; the end of loading does.
    const raise = (): void => {
      if (this.#window !== window || window.isVisible()) return
      if (placement.maximized) window.maximize()
      this.#raise(window)
    }
    window.loadURL(appUrl).then(raise, (error: unknown) => {
      options.log.error('the page did not load', { reason: String(error) })
      raise()
    })
    return window
  }

  #raise(window: BrowserWindow): void {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  #onClose(event: { preventDefault(): void }): void {
    this.#savePlacement()
    if (this.#closing) return
    event.preventDefault()
    if (!this.#options.hidesOnClose()) {
      this.#options.quit()
      return
    }
    this.#window?.hide()
    this.#grace?.dispose()
    this.#grace = this.#options.clock.after(hiddenGraceMs, () => this.#destroy())
  }

  #destroy(): void {
    this.#grace?.dispose()
    this.#grace = null
    const window = this.#window
    if (window === null) return
    this.#savePlacement()
    this.#forget(window)
    if (!window.isDestroyed()) window.destroy()
  }

  #forget(window: BrowserWindow): void {
    if (this.#window === window) this.#window = null
    this.#updateWatched()
  }

  #onGone(window: BrowserWindow, reason: string): void {
    if (this.#closing || this.#window !== window) return
    const { clock, log } = this.#options
    log.error('the page died', { reason })
    const wasVisible = window.isVisible()
    this.#destroy()
    this.#deaths = [...this.#deaths.filter((at) => clock.monotonic() - at < 60_000), clock.monotonic()]
    if (wasVisible && this.#deaths.length <= maximumRevivals) this.show()
  }

  #savePlacement(): void {
    const window = this.#window
    if (window === null || window.isDestroyed() || !window.isVisible()) return
    this.#options.placement.save({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  }

  #updateWatched(): void {
    const window = this.#window
    const watched = window !== null && !window.isDestroyed() && window.isVisible() && !window.isMinimized()
    if (watched === this.#watched) return
    this.#watched = watched
    this.#options.onWatched(watched)
  }
}
