import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { desktopParts, ensureBuilt } from '../../build/scripts/build.ts'
import { inProject, projectRoot } from '../../build/scripts/support/project.ts'
import { electronExecutable, noDesktopReason } from '../../build/scripts/support/electron-runtime.ts'
import { text } from '../../shared/text/pages.ts'

/*
 * What only the real Electron can show. Everything else about the desktop face is proved without it, in
 * tests/unit/desktop and tests/integration/desktop.
 */

const executable = electronExecutable({
  packageDir: inProject('node_modules', 'electron'),
  platform: process.platform,
  env: process.env,
})
const reason =
  noDesktopReason(process.platform, process.env, process.getuid?.()) ??
  (executable === null ? "Electron's runtime is not installed here (npx install-electron)" : null)

// Playwright reads this file in the runner and in each worker; once is loud enough.
if (reason !== null && process.env['TEST_WORKER_INDEX'] === undefined) {
  process.stderr.write(`\n*** The Electron suite did NOT run: ${reason} ***\n\n`)
}
test.skip(reason !== null, reason ?? '')
test.describe.configure({ mode: 'serial' })

let folder = ''
let app: ElectronApplication
let page: Page
const complaints: string[] = []

const args = (): string[] => [projectRoot, '--data-dir', path.join(folder, 'data')]
/** A home of its own, so that neither settings nor an OpenClaw of this computer are touched. */
const ownEnv = (): Record<string, string> => ({
  ...(Object.fromEntries(
    Object.entries(process.env).filter(
      ([name, value]) => value !== undefined && !name.startsWith('OPENCLAW_'),
    ),
  ) as Record<string, string>),
  HOME: path.join(folder, 'home'),
  OPENCLAW_STATE_DIR: path.join(folder, 'openclaw'),
})

function follow(next: Page): void {
  page = next
  next.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  next.on('pageerror', (error) => complaints.push(String(error)))
}

test.beforeAll(async () => {
  if (executable === null || reason !== null) return
  await ensureBuilt(desktopParts)
  folder = await mkdtemp(path.join(tmpdir(), 'hawser-electron-'))
  app = await _electron.launch({ executablePath: executable, args: args(), env: ownEnv() })
  follow(await app.firstWindow())
})

test.afterAll(async () => {
  if (reason !== null) return
  await app.close().catch(() => {})
  await rm(folder, { recursive: true, force: true })
})

test('shows the pages from app:// without a complaint of the policy', async () => {
  await expect(page.getByText(text.firstRun.demo).first()).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/bundle\/index\.html/)
  expect(complaints).toEqual([])
})

test('runs the page sandboxed and isolated, without Node', async () => {
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as
      | { getLastWebPreferences(): object }
      | undefined
    return contents?.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
  expect(await page.evaluate(() => [typeof globalThis.process, 'require' in globalThis])).toEqual([
    'undefined',
    false,
  ])
})

test('gives the page two frozen functions and nothing else', async () => {
  const surface = await page.evaluate(() => {
    const { hawser } = globalThis as unknown as { hawser: Record<string, unknown> }
    return { keys: Object.keys(hawser), frozen: Object.isFrozen(hawser) }
  })
  expect(surface).toEqual({ keys: ['call', 'on'], frozen: true })
})

test('refuses a command the contract does not know, and bad arguments', async () => {
  const call = (name: string, input: unknown): Promise<unknown> =>
    page.evaluate(
      ([command, argument]) =>
        (
          globalThis as unknown as { hawser: { call(name: string, input: unknown): Promise<unknown> } }
        ).hawser.call(command, argument),
      [name, input] as const,
    )
  expect(await call('app.nothing', {})).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
  expect(await call('connection.connect', { gatewayId: 7 })).toMatchObject({
    ok: false,
    error: { code: 'input.invalid' },
  })
})

test('lets the page neither out nor online', async () => {
  const before = page.url()
  const outcome = await page.evaluate(async () => {
    const opened = window.open('https://example.com/')
    const fetched = await fetch('https://example.com/').then(
      () => 'fetched',
      () => 'refused',
    )
    const file = await fetch('file:///etc/hostname').then(
      () => 'fetched',
      () => 'refused',
    )
    location.href = 'https://example.com/'
    return { opened: opened === null, fetched, file }
  })
  expect(outcome).toEqual({ opened: true, fetched: 'refused', file: 'refused' })
  await page.waitForFunction(() => document.readyState === 'complete')
  expect(page.url()).toBe(before)
  expect(app.windows()).toHaveLength(1)
})

test('serves nothing outside the bundle', async () => {
  const answers = await app.evaluate(async ({ net }) => {
    const addresses = [
      'app://bundle/../package.json',
      'app://bundle/%2e%2e/main.js',
      'app://other/index.html',
      'app://bundle/nothing.js',
    ]
    return Promise.all(addresses.map(async (address) => (await net.fetch(address)).status))
  })
  expect(answers).toEqual([404, 404, 404, 404])
})

test('grants no permission', async () => {
  const states = await page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[]
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
  })
  expect(states).not.toContain('granted')
})

test('turns no string into a script', async () => {
  const outcome = await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="globalThis.broken = 1">')
      return 'inserted'
    } catch (error) {
      return (error as Error).name
    }
  })
  expect(outcome).toBe('TypeError')
})

test('holds a conversation with the demo', async () => {
  await page.getByText(text.firstRun.demo).first().click()
  const field = page.getByLabel(text.chat.composer.label, { exact: true })
  await field.fill('hello there')
  await field.press('Enter')
  await expect(page.getByText(/I am the demo agent/).first()).toBeVisible()
})

test('makes the window anew after it was destroyed, when started a second time', async () => {
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().forEach((window) => window.destroy()),
  )
  const shown = app.waitForEvent('window')
  const second = spawn(executable ?? '', args(), { env: ownEnv(), stdio: 'ignore' })
  const code = await new Promise((resolve) => second.once('exit', resolve))
  expect(code).toBe(0)
  follow(await shown)
  await expect(page.getByLabel(text.chat.composer.label, { exact: true })).toBeVisible()
})

test('quits with code 0 and leaves no process', async () => {
  const child = app.process()
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await app.evaluate(({ app: electron }) => electron.quit()).catch(() => {})
  expect(await exited).toBe(0)
})
