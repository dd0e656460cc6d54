import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { hiddenGraceMs, MainWindow, type MainWindowOptions } from '../../../electron/desktop/window.ts'
import { windowOptions } from '../../../electron/desktop/window-options.ts'
import type { SavedPlacement } from '../../../electron/desktop/window-placement.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { FakeClock, settled } from '../../fixtures/fake-clock.ts'
import { calls, resetElectron, system, windows } from '../../stubs/electron.ts'

function start(more: Partial<MainWindowOptions> = {}) {
  const clock = new FakeClock()
  const watched: boolean[] = []
  const saved: SavedPlacement[] = []
  const admitted: unknown[] = []
  const quits: string[] = []
  const window = new MainWindow({
    platform: 'linux',
    clock,
    log: silentLogger,
    preload: '/app/preload.cjs',
    icon: '/app/icons/app-256.png',
    placement: { load: () => saved.at(-1) ?? null, save: (placement) => saved.push(placement) },
    onContents: (contents) => admitted.push(contents),
    onWatched: (value) => watched.push(value),
    hidesOnClose: () => true,
    quit: () => quits.push('quit'),
    ...more,
  })
  return { window, clock, watched, saved, admitted, quits }
}
const names = (): string[] => calls.map(({ name }) => name)

beforeEach(() => resetElectron())

describe('the options of the window', () => {
  it('are exactly these: sandboxed, isolated, without Node', () => {
    const placement = { width: 1040, height: 720, maximized: true }
    const parts = { preload: '/app/preload.cjs', icon: '/app/i.png', platform: 'linux', dark: true } as const
    expect(windowOptions(placement, parts)).toEqual({
      width: 1040,
      height: 720,
      minWidth: 360,
      minHeight: 480,
      title: 'Hawser',
      show: false,
      backgroundColor: '#17181a',
      icon: '/app/i.png',
      webPreferences: {
        preload: '/app/preload.cjs',
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
      },
    })
  })

  it('are those of every window that is made', () => {
    start().window.show()
    const { webPreferences } = windows[0]!.options
    expect(webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
  })
})

describe('the window', () => {
  it('is made on demand, admitted before it loads, and shown when it is loaded', async () => {
    const { window, admitted, watched } = start()
    expect(windows).toEqual([])
    window.show()
    expect(admitted).toEqual([windows[0]!.webContents])
    await settled()
    expect(names()).toEqual(['window.loadURL', 'window.show', 'window.focus'])
    expect(calls[0]?.args).toEqual(['app://bundle/index.html'])
    expect(watched).toEqual([true])
    window.show()
    expect(windows).toHaveLength(1)
  })

  it('hides when closed, and is destroyed after the grace time', async () => {
    const { window, clock, watched } = start()
    window.show()
    await settled()
    windows[0]!.userCloses()
    expect(windows[0]!.isVisible()).toBe(false)
    expect(watched).toEqual([true, false])
    await clock.advance(hiddenGraceMs - 1)
    expect(windows[0]!.isDestroyed()).toBe(false)
    await clock.advance(1)
    expect(windows[0]!.isDestroyed()).toBe(true)
    window.show()
    expect(windows).toHaveLength(2)
  })

  it('is kept when it comes back within the grace time', async () => {
    const { window, clock } = start()
    window.show()
    await settled()
    windows[0]!.userCloses()
    window.show()
    await clock.advance(hiddenGraceMs * 2)
    expect(windows).toHaveLength(1)
    expect(windows[0]!.isVisible()).toBe(true)
  })

  it('quits instead of hiding where no tray icon could bring it back', async () => {
    const { window, quits } = start({ hidesOnClose: () => false })
    window.show()
    await settled()
    windows[0]!.userCloses()
    expect(quits).toEqual(['quit'])
    expect(windows[0]!.isVisible()).toBe(true)
  })

  it('remembers where it stood', async () => {
    const { window, saved } = start()
    window.show()
    await settled()
    windows[0]!.bounds = { x: 30, y: 40, width: 900, height: 700 }
    windows[0]!.maximize()
    window.dispose()
    expect(saved).toEqual([{ bounds: { x: 30, y: 40, width: 900, height: 700 }, maximized: true }])
    expect(windows[0]!.isDestroyed()).toBe(true)
    const again = start({ placement: { load: () => saved[0]!, save: () => {} } })
    again.window.show()
    await settled()
    expect(windows[1]!.options).toMatchObject({ x: 30, y: 40, width: 900, height: 700 })
    expect(windows[1]!.isMaximized()).toBe(true)
  })

  it('says whether it is in sight', async () => {
    const { window, watched } = start()
    window.show()
    await settled()
    windows[0]!.minimize()
    window.show()
    expect(watched).toEqual([true, false, true])
    window.dispose()
    expect(watched.at(-1)).toBe(false)
  })

  it('brings a page back that died in sight, but not one that keeps dying', async () => {
    const { window } = start()
    window.show()
    await settled()
    for (let death = 0; death < 5; death += 1) {
      windows.at(-1)!.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
      await settled()
    }
    expect(windows).toHaveLength(3)
    expect(windows.every((made) => made.isDestroyed())).toBe(true)
    window.show()
    expect(windows).toHaveLength(4)
  })

  it('takes the colour of the theme', () => {
    system.dark = true
    start().window.show()
    system.dark = false
    start().window.show()
    expect(windows.map(({ options }) => options.backgroundColor)).toEqual(['#17181a', '#f4f4f5'])
    // Before the page paints, the window must already have the page's own colour.
    const tokens = readFileSync(new URL('../../../renderer/styles/tokens.css', import.meta.url), 'utf8')
    expect([...tokens.matchAll(/--window: (#\w+);/g)].map(([, colour]) => colour).slice(0, 2)).toEqual([
      '#f4f4f5',
      '#17181a',
    ])
  })
})
