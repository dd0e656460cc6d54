import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type Browser, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { desktopParts, ensureBuilt } from '../../../build/scripts/build.ts'
import { inProject, outDir } from '../../../build/scripts/support/project.ts'
import type { Snapshot } from '../../../shared/model/snapshot.ts'
import type { Result } from '../../../shared/result.ts'
import { callChannel } from '../../../shared/contract/channels.ts'
import { text } from '../../../shared/text/pages.ts'
import { chromiumPages, type ChromiumPages } from '../../stubs/chromium-pages.ts'
import {
  app,
  becomeReady,
  calls,
  ipcMain,
  resetElectron,
  system,
  trays,
  windows,
} from '../../stubs/electron.ts'
import { StubContents, StubFrame } from '../../stubs/electron-window.ts'

/*
 * The real main.ts with its real core, against the stub of Electron; the window is a real Chromium page that shows the
 * built pages through the app's own protocol handler, and talks through the built preload and the IPC binding.
 */

let folder = ''
let browser: Browser
let pages: ChromiumPages
let page: Page
const argv = process.argv
const processEvents = ['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'] as const
const before = new Map(processEvents.map((event) => [event, process.listeners(event as 'SIGTERM')]))

beforeAll(async () => {
  await ensureBuilt(desktopParts)
  folder = await mkdtemp(path.join(tmpdir(), 'hawser-desktop-'))
  // Neither this computer's keychain nor its OpenClaw is any of this test's business.
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere')
  vi.stubEnv('HOME', path.join(folder, 'home'))
  vi.stubEnv('OPENCLAW_STATE_DIR', path.join(folder, 'openclaw'))
  browser = await chromium.launch({
    executablePath: process.env['HAWSER_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
  resetElectron()
  system.appPath = inProject()
  pages = chromiumPages(browser, await readFile(path.join(outDir, 'preload.cjs'), 'utf8'))
  StubContents.pageHost = pages
  process.argv = ['electron', inProject(), '--data-dir', path.join(folder, 'data')]
  await import('../../../electron/main.ts')
  becomeReady()
  await vi.waitFor(() => expect(calls.map(({ name }) => name)).toContain('window.show'), 30_000)
  page = pages.page()
})

afterAll(async () => {
  if (exits().length === 0) app.quit()
  await vi.waitFor(() => expect(exits()).toHaveLength(1), 5_000)
  StubContents.pageHost = null
  process.argv = argv
  vi.unstubAllEnvs()
  for (const event of processEvents) {
    for (const listener of process.listeners(event as 'SIGTERM')) {
      if (before.get(event)?.includes(listener) === false) process.removeListener(event, listener)
    }
  }
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

const exits = (): unknown[] => calls.filter(({ name }) => name === 'app.exit')
/** A command given as the page gives it: through the built preload and IPC. */
const call = (name: string, input: unknown = {}): Promise<Result<unknown>> =>
  page.evaluate(([command, argument]) => globalThis.stubCall(command, argument), [
    name,
    input,
  ] as const) as Promise<Result<unknown>>
const snapshot = async (): Promise<Snapshot> => {
  const result = await call('app.snapshot')
  if (!result.ok) throw new Error(result.error.code)
  return result.value as Snapshot
}

describe('the desktop app', () => {
  it('has one tray icon, and one window that shows the pages', async () => {
    expect(trays).toHaveLength(1)
    expect(windows).toHaveLength(1)
    expect(windows[0]?.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true })
    await page.getByText(text.firstRun.demo).first().waitFor()
    expect((await snapshot()).app).toMatchObject({ face: 'desktop', can: { tray: false } })
  })

  it('holds a conversation, and the tray tells the truth about the link', async () => {
    await page.getByText(text.firstRun.demo).first().click()
    const field = page.getByLabel(text.chat.composer.label, { exact: true })
    await field.waitFor()
    await vi.waitFor(() => expect(trays[0]?.toolTip).toMatch(/^Hawser: .+ \(demo\) · ready/), 20_000)
    await field.fill('hello there')
    await field.press('Enter')
    await page
      .getByText(/I am the demo agent/)
      .first()
      .waitFor()
    const { connections, selectedGatewayId } = await snapshot()
    expect(connections[selectedGatewayId ?? '']?.phase).toBe('ready')
    await vi.waitFor(() => expect(path.basename(trays[0]!.image.file)).toMatch(/^ready/), 5_000)
  })

  it('goes where the tray menu says', async () => {
    const settings = trays[0]?.menu?.template.find(({ label }) => label === 'Settings…')
    settings?.click?.({} as never, undefined, {})
    await page.getByRole('heading', { name: text.settings.title }).first().waitFor()
  })

  it('disconnects from the tray, and says so there and in the page', async () => {
    const disconnect = trays[0]?.menu?.template.find(({ label }) => label === 'Disconnect')
    disconnect?.click?.({} as never, undefined, {})
    await vi.waitFor(() => expect(trays[0]?.toolTip).toMatch(/not connected$/), 5_000)
    await vi.waitFor(() => expect(path.basename(trays[0]!.image.file)).toMatch(/^off/), 5_000)
    const { connections, selectedGatewayId } = await snapshot()
    expect(connections[selectedGatewayId ?? '']?.phase).toBe('idle')
  })

  it('refuses strangers, unknown commands and bad arguments', async () => {
    const stranger = { sender: new StubContents(), senderFrame: new StubFrame('app://bundle') }
    await expect(ipcMain.invoke(callChannel, stranger, 'app.snapshot', {})).rejects.toThrow('refused')
    const { webContents } = windows[0]!
    const frame = { sender: webContents, senderFrame: new StubFrame('app://bundle') }
    await expect(ipcMain.invoke(callChannel, frame, 'app.snapshot', {})).rejects.toThrow('refused')
    for (const [name, input] of [
      ['app.nothing', {}],
      ['__proto__', {}],
      ['connection.connect', { gatewayId: 7 }],
      ['connection.connect', null],
      ['chat.send', { gatewayId: 'x', sessionKey: null, key: 'short', text: '' }],
    ] as const) {
      expect(await call(name, input)).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
    }
  })

  it('gives the page nothing but the two functions, and breaks no rule of its own policy', async () => {
    const surface = await page.evaluate(() => ({
      hawser: Object.keys((globalThis as unknown as { hawser: object }).hawser),
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
    }))
    expect(surface).toEqual({ hawser: ['call', 'on'], require: 'undefined', process: 'undefined' })
    expect(pages.complaints).toEqual([])
  })

  it('comes back for a second start, after the window was closed', async () => {
    windows[0]?.destroy()
    expect(exits()).toEqual([])
    app.emit('second-instance')
    await vi.waitFor(() => expect(windows).toHaveLength(2))
    await vi.waitFor(() => expect(pages.page()).not.toBe(page), 10_000)
    page = pages.page()
    await page.getByLabel(text.chat.composer.label, { exact: true }).waitFor()
    expect(trays).toHaveLength(1)
  })

  it('quits cleanly', async () => {
    app.quit()
    await vi.waitFor(() => expect(exits()).toHaveLength(1), 5_000)
    expect(calls.find(({ name }) => name === 'app.exit')?.args).toEqual([0])
    expect(windows.every((window) => window.isDestroyed())).toBe(true)
  })
})
