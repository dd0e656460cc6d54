import { chromium, type Browser, type Page } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { inProject, outDir } from './support/project.ts'

/*
 * `npm run screenshots`: the pictures of the README and the docs, taken from the demo in a real browser.
 */

const pictures = inProject('docs', 'images')

interface Scene {
  readonly name: string
  readonly scheme: 'light' | 'dark'
  /** On the demo's throw-away data, or on an empty data dir. */
  readonly from: 'demo' | 'first start'
  readonly width: number
  readonly act: (page: Page) => Promise<void>
}

const ready = (page: Page): Promise<void> =>
  page.getByRole('button', { name: /^Link: ready/ }).waitFor({ timeout: 30_000 })

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
  // The button to stop the answer is there as long as it is being written.
  const stop = page.getByRole('button', { name: /^Stop/ })
  await stop.waitFor({ timeout: 30_000 })
  await stop.waitFor({ state: 'detached', timeout: 60_000 })
}

async function talk(page: Page): Promise<void> {
  await ready(page)
  await say(page, 'Could you list files in the harbour folder?')
  await say(page, 'And now a table, please.')
}

async function talkWithStages(page: Page): Promise<void> {
  await talk(page)
  await page.getByRole('button', { name: /^Link: ready/ }).click()
}

const scenes: readonly Scene[] = [
  { name: 'chat-light', scheme: 'light', from: 'demo', width: 1200, act: talkWithStages },
  { name: 'chat-dark', scheme: 'dark', from: 'demo', width: 1200, act: talk },
  { name: 'chat-narrow', scheme: 'light', from: 'demo', width: 480, act: talk },
  {
    name: 'status',
    scheme: 'light',
    from: 'demo',
    width: 1200,
    async act(page) {
      await ready(page)
      await page.getByRole('button', { name: 'Status', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'Status' }).waitFor()
    },
  },
  {
    name: 'first-start',
    scheme: 'light',
    from: 'first start',
    width: 1200,
    act: (page) => page.getByRole('heading', { level: 1 }).waitFor(),
  },
]

await mkdir(pictures, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env['HAWSER_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
try {
  for (const scene of scenes) await take(browser, scene)
} finally {
  await browser.close()
}

async function take(browser: Browser, scene: Scene): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-pictures-'))
  const words = scene.from === 'demo' ? ['demo'] : ['serve', '--data-dir', dataDir]
  const app = spawn(process.execPath, [path.join(outDir, 'cli.js'), ...words, '--no-open', '--json'], {
    // Nothing of this computer may be in the picture.
    env: { PATH: process.env['PATH'], HOME: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const context = await browser.newContext({
    viewport: { width: scene.width, height: 800 },
    deviceScaleFactor: 1.5,
    colorScheme: scene.scheme,
    reducedMotion: 'reduce',
  })
  try {
    const page = await context.newPage()
    await page.goto(await addressOf(app))
    await scene.act(page)
    const file = path.join(pictures, `${scene.name}.png`)
    await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
    console.log(path.relative(inProject(), file))
  } finally {
    await context.close()
    app.kill('SIGINT')
    await ended(app)
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** The address that `--json` prints first. */
async function addressOf(app: ChildProcess): Promise<string> {
  if (app.stdout === null) throw new Error('the app has no output')
  for await (const line of createInterface({ input: app.stdout }))
    return (JSON.parse(line) as { url: string }).url
  throw new Error('the app ended without an address')
}

function ended(app: ChildProcess): Promise<void> {
  if (app.exitCode !== null || app.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    app.once('exit', () => resolve())
  })
}
