import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AppOptions } from '../../../electron/app/create-app.ts'
import { acquireDataDirLock, type DataDirLock } from '../../../electron/platform/data-dir-lock.ts'
import { failure } from '../../../shared/result.ts'
import { app, becomeReady, calls, resetElectron, system, trays, windows } from '../../stubs/electron.ts'
import { FakeCore } from '../../stubs/fake-core.ts'

/** Stands for the rooms behind the desktop: this test is about the order in which it starts and ends. */
const rooms = vi.hoisted(() => ({
  createApp: (_options: unknown): Promise<unknown> => Promise.reject(new Error()),
}))
vi.mock('../../../electron/app/create-app.ts', () => ({
  createApp: (options: unknown) => rooms.createApp(options),
}))

let starts = 0
let folder = ''
let dataDir = ''
let core: FakeCore
let given: AppOptions | null
const processEvents = ['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'] as const
let before: Map<string, readonly unknown[]>
const argv = process.argv

beforeEach(async () => {
  resetElectron()
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere')
  folder = await mkdtemp(path.join(tmpdir(), 'hawser-boot-'))
  dataDir = path.join(folder, 'data')
  system.appPath = path.join(folder, 'app')
  await mkdir(path.join(system.appPath, 'out', 'renderer'), { recursive: true })
  await writeFile(path.join(system.appPath, 'out', 'renderer', 'index.html'), '')
  core = new FakeCore()
  given = null
  rooms.createApp = (options) => {
    given = options as AppOptions
    calls.push({ name: 'createApp', args: [] })
    return Promise.resolve(core)
  }
  before = new Map(processEvents.map((event) => [event, process.listeners(event as 'SIGTERM')]))
})

/** The process outlives the app here, so what the app hung on it is taken off again. */
function added(event: (typeof processEvents)[number]): ((...args: unknown[]) => void)[] {
  const known = before.get(event) ?? []
  return process.listeners(event as 'SIGTERM').filter((listener) => !known.includes(listener)) as never
}

afterEach(async () => {
  if (named('app.enableSandbox').length > 0 && exits().length === 0) app.quit()
  if (named('app.enableSandbox').length > 0) await vi.waitFor(() => expect(exits()).toHaveLength(1))
  for (const event of processEvents)
    for (const listener of added(event)) process.removeListener(event, listener)
  process.argv = argv
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

async function start(...args: readonly string[]): Promise<void> {
  process.argv = ['electron', system.appPath, '--data-dir', dataDir, ...args]
  // A module is evaluated once for each address.
  starts += 1
  const address = new URL(`../../../electron/main.ts?start=${starts}`, import.meta.url)
  await import(/* @vite-ignore */ address.pathname + address.search)
}
const named = (name: string): readonly (readonly unknown[])[] =>
  calls.filter((call) => call.name === name).map(({ args }) => args)
const exits = (): unknown[] => named('app.exit').map(([code]) => code)
const order = (): string[] => calls.map(({ name }) => name)

describe('the boot order', () => {
  it('ends at once, before anything else, where another instance has the lock', async () => {
    system.gotLock = false
    await start()
    becomeReady()
    expect(calls).toEqual([
      { name: 'app.setPath', args: ['userData', path.join(dataDir, 'electron')] },
      { name: 'app.requestSingleInstanceLock', args: [] },
      { name: 'app.exit', args: [0] },
    ])
    expect(app.eventNames()).toEqual([])
  })

  it('does what must come before "ready" before it, and the core, tray and window after', async () => {
    await start()
    expect(order()).toEqual([
      'app.setPath',
      'app.requestSingleInstanceLock',
      'app.setName',
      'app.setAppUserModelId',
      'app.enableSandbox',
      'protocol.registerSchemesAsPrivileged',
      'Menu.setApplicationMenu',
      'commandLine.appendSwitch',
    ])
    becomeReady()
    await vi.waitFor(() => expect(order()).toContain('window.show'))
    expect(order().slice(8)).toEqual(
      expect.arrayContaining(['createApp', 'session.usb', 'window.loadURL', 'window.show']),
    )
    expect(order().indexOf('session.usb')).toBeLessThan(order().indexOf('window.loadURL'))
    expect(trays).toHaveLength(1)
    expect(windows).toHaveLength(1)
    expect(windows[0]?.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      preload: path.join(system.appPath, 'out', 'preload.cjs'),
    })
    expect(given).toMatchObject({
      dataDir,
      face: 'desktop',
      can: { tray: false, startAtLogin: false, openLinks: true },
    })
  })

  it('locks every page there is, the moment it exists', async () => {
    await start()
    becomeReady()
    await vi.waitFor(() => expect(windows).toHaveLength(1))
    expect(windows[0]?.webContents.windowOpenHandler?.({ url: 'https://example.com' } as never)).toEqual({
      action: 'deny',
    })
    let prevented = false
    const leaving = { url: 'https://example.com', preventDefault: () => (prevented = true) }
    windows[0]?.webContents.emit('will-navigate', leaving)
    expect(prevented).toBe(true)
  })

  it('starts hidden when asked to; a second start shows the window', async () => {
    await start('--hidden')
    becomeReady()
    await vi.waitFor(() => expect(trays).toHaveLength(1))
    expect(windows).toEqual([])
    app.emit('second-instance')
    await vi.waitFor(() => expect(order()).toContain('window.show'))
    expect(trays).toHaveLength(1)
  })

  it('remembers a second start that comes before it is ready', async () => {
    await start('--hidden')
    app.emit('second-instance')
    becomeReady()
    await vi.waitFor(() => expect(order()).toContain('window.show'))
  })
})

describe('the owner of the data dir', () => {
  it('is handed over to, where it is a browser face', async () => {
    const asked: unknown[] = []
    await mkdir(dataDir, { mode: 0o700 })
    const other = await acquireDataDirLock(dataDir, {
      face: 'browser',
      onHandover: (request) => {
        asked.push(request)
        return Promise.resolve({ shown: true, url: 'http://127.0.0.1:1/#secret=x', message: 'shown' })
      },
    })
    await start()
    becomeReady()
    await vi.waitFor(() => expect(exits()).toEqual([0]))
    expect(asked).toEqual([{ face: 'desktop', open: true }])
    expect(order()).not.toContain('createApp')
    // The address carries a secret: it must not be handed to the system.
    expect(named('shell.openExternal')).toEqual([])
    expect(trays).toEqual([])
    await (other as DataDirLock & { owned: true }).release()
  })

  it('is this app from then on: a later face finds it, and the window comes up', async () => {
    await start('--hidden')
    becomeReady()
    await vi.waitFor(() => expect(trays).toHaveLength(1))
    const later = await acquireDataDirLock(dataDir, {
      face: 'browser',
      onHandover: () => Promise.reject(new Error('never asked')),
    })
    if (later.owned) throw new Error('two owners')
    expect(later.owner.face).toBe('desktop')
    expect(await later.handOver({ face: 'browser', open: true })).toMatchObject({ shown: true, url: null })
    await vi.waitFor(() => expect(order()).toContain('window.show'))
  })
})

describe('the ways to end', () => {
  const running = async (): Promise<void> => {
    await start()
    becomeReady()
    await vi.waitFor(() => expect(order()).toContain('window.show'))
  }

  it('closes window and core, lets go of the data dir, then exits', async () => {
    await running()
    app.quit()
    await vi.waitFor(() => expect(exits()).toEqual([0]))
    expect(core.closed).toBe(1)
    expect(windows[0]?.isDestroyed()).toBe(true)
    const next = await acquireDataDirLock(dataDir, {
      face: 'cli',
      onHandover: () => Promise.reject(new Error()),
    })
    expect(next.owned).toBe(true)
    if (next.owned) await next.release()
  })

  it('stays when the last window closes', async () => {
    await running()
    expect(app.emit('window-all-closed')).toBe(true)
    expect(exits()).toEqual([])
  })

  it('quits in order on SIGTERM, and with code 1 after a bug', async () => {
    await running()
    expect(added('SIGTERM')).toHaveLength(1)
    expect(added('unhandledRejection')).toHaveLength(1)
    added('uncaughtException')[0]?.(new Error('a bug'))
    added('SIGTERM')[0]?.()
    await vi.waitFor(() => expect(exits()).toEqual([1]))
    expect(core.closed).toBe(1)
  })

  it('says why it cannot start, and ends', async () => {
    rooms.createApp = () => Promise.reject(failure('data.write-failed', { file: '/data', reason: 'ENOSPC' }))
    await start()
    becomeReady()
    await vi.waitFor(() => expect(exits()).toEqual([1]))
    expect(named('dialog.showErrorBox')[0]?.[1]).toMatch(/could not save \/data \(ENOSPC\)\.\n\nCheck that/)
    expect(trays).toEqual([])
  })
})
