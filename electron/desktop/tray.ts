import { Menu, nativeTheme, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron'
import type { Clock } from '../platform/clock.ts'
import { disposable, DisposableStore, type Disposable } from '../platform/disposable.ts'
import type { MenuEntry, TrayAction } from './tray-menu.ts'
import type { TrayModel } from './tray-model.ts'
import type { TrayIconState } from './tray-states.ts'

/** Icons set in quick succession get lost on some systems, so changes are gathered this long (ms). */
export const trayThrottleMs = 200

export interface TrayOptions {
  readonly platform: NodeJS.Platform
  readonly clock: Clock
  readonly image: (state: TrayIconState) => NativeImage
  /** What the tray shows now. */
  readonly model: () => TrayModel
  readonly run: (action: TrayAction) => void
}

/**
 * The one tray icon of the app. It is made once and never destroyed: on Linux only the first one gets the modern
 * protocol, and destroying one while quitting crashes. Everything it offers is in its menu, since a click on the icon
 * itself does not arrive everywhere.
 */
export class AppTray implements Disposable {
  readonly #options: TrayOptions
  readonly #store = new DisposableStore()
  readonly #tray: Tray
  #shown: TrayModel
  #timer: Disposable | null = null

  constructor(options: TrayOptions) {
    this.#options = options
    this.#shown = options.model()
    this.#tray = new Tray(options.image(this.#shown.icon))
    if (options.platform === 'darwin') this.#tray.setIgnoreDoubleClickEvents(true)
    // Elsewhere a left click means "open", where the system tells of it; macOS opens the menu.
    else this.#tray.on('click', () => options.run({ kind: 'show', page: 'chat', gatewayId: null }))
    this.#setToolTip()
    this.#setMenu()
    const onTheme = (): void => this.#tray.setImage(options.image(this.#shown.icon))
    nativeTheme.on('updated', onTheme)
    this.#store.add(disposable(() => nativeTheme.removeListener('updated', onTheme)))
    this.#store.add(disposable(() => this.#timer?.dispose()))
  }

  /** Tells that the model may have changed. The first change shows at once, those right after it together. */
  refresh(): void {
    if (this.#store.disposed || this.#timer !== null) return
    this.#show()
    this.#timer = this.#options.clock.after(trayThrottleMs, () => {
      this.#timer = null
      this.#show()
    })
  }

  /** Stops following the model; the icon itself goes with the process. */
  dispose(): void {
    this.#store.dispose()
  }

  #show(): void {
    const before = this.#shown
    this.#shown = this.#options.model()
    if (this.#shown.icon !== before.icon) this.#tray.setImage(this.#options.image(this.#shown.icon))
    if (this.#shown.tooltip !== before.tooltip) this.#setToolTip()
    // A new menu closes an open one, so it is set only for a difference.
    if (JSON.stringify(this.#shown.menu) !== JSON.stringify(before.menu)) this.#setMenu()
  }

  #setToolTip(): void {
    const { tooltip } = this.#shown
    // Windows takes `&&&` for one ampersand here (electron#14373).
    this.#tray.setToolTip(this.#options.platform === 'win32' ? tooltip.replaceAll('&', '&&&') : tooltip)
  }

  #setMenu(): void {
    this.#tray.setContextMenu(Menu.buildFromTemplate(menuTemplate(this.#shown.menu, this.#options.run)))
  }
}

/** Electron's form of a menu. A single `&` would be taken for a mnemonic and vanish, on all three systems. */
export function menuTemplate(
  entries: readonly MenuEntry[],
  run: (action: TrayAction) => void,
): MenuItemConstructorOptions[] {
  return entries.map((entry) => {
    if (entry.type === 'separator') return { type: 'separator' }
    const label = entry.label.replaceAll('&', '&&')
    if (entry.type === 'submenu') return { label, submenu: menuTemplate(entry.items, run) }
    return { label, click: () => run(entry.action) }
  })
}
