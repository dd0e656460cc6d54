import { chromium, type Browser, type Page } from '@playwright/test'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBrowserHost, type BrowserHost } from '../../../electron/browser/browser-host.ts'
import { openBrowser } from '../../../electron/browser/open-browser.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import { FakeCore } from '../../unit/browser/fake-core.ts'

/** A page of three lines that uses the bridge as ours do, and writes down what the policy refused. */
const script = `
const secret = /secret=([0-9a-f]+)/.exec(location.hash)?.[1] ?? 'missing'
document.addEventListener('securitypolicyviolation', (event) => {
  document.body.dataset.refused = (document.body.dataset.refused ?? '') + event.effectiveDirective + ' '
})
const socket = new WebSocket('ws://' + location.host + '/bridge', ['hawser.v1', 'secret.' + secret])
socket.addEventListener('open', () => socket.send(JSON.stringify({ id: 1, call: 'app.snapshot', input: {} })))
socket.addEventListener('message', (message) => { document.body.textContent = message.data })
socket.addEventListener('close', (event) => { document.body.textContent = 'closed ' + event.code })
`

let browser: Browser
let page: Page
let directory: string
let host: BrowserHost

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['HAWSER_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
})
afterAll(() => browser.close())

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-real-'))
  for (const name of ['renderer', 'bin', 'tmp']) await mkdir(path.join(directory, name))
  await writeFile(
    path.join(directory, 'renderer', 'index.html'),
    `<!doctype html><meta charset="utf-8"><script type="module" src="/app.js"></script>
     <body><script>document.title = 'inline ran'</script></body>`,
  )
  await writeFile(path.join(directory, 'renderer', 'app.js'), script)
  host = await startBrowserHost({
    core: new FakeCore(),
    rendererDir: path.join(directory, 'renderer'),
    log: silentLogger,
  })
  page = await browser.newPage()
})
afterEach(async () => {
  await page.close()
  await host.close()
  await rm(directory, { recursive: true, force: true })
})

const body = (): Promise<string | null> => page.textContent('body')

test('a real browser follows the redirect file and is served', async () => {
  const opener = path.join(directory, 'bin', 'xdg-open')
  await writeFile(opener, `#!/bin/sh\nprintf %s "$1" > "${directory}/opened"\n`)
  await chmod(opener, 0o755)
  const result = await openBrowser(host.url, {
    machine: {
      platform: 'linux',
      env: { PATH: path.join(directory, 'bin'), DISPLAY: ':0' },
      home: directory,
    },
    clock: systemClock,
    log: silentLogger,
    temporaryDir: path.join(directory, 'tmp'),
  })
  expect(result.opened).toBe(true)
  await page.goto(await readFile(path.join(directory, 'opened'), 'utf8'))
  await expect.poll(body).toBe('{"id":1,"result":{"ok":true,"value":{"revision":0}}}')
  expect(page.url()).toBe(host.url)
  if (result.opened) result.redirect.dispose()
})

test('the policy lets the bridge through, and no inline script', async () => {
  await page.goto(host.url)
  await expect.poll(body).toContain('"ok":true')
  expect(await page.title()).not.toBe('inline ran')
  await page.evaluate(() => {
    void fetch('http://127.0.0.1:1/').catch(() => {})
    const image = document.createElement('img')
    image.src = 'http://127.0.0.1:1/x.png'
    document.body.append(image)
  })
  await expect
    .poll(() => page.getAttribute('body', 'data-refused'))
    .toMatch(/connect-src.*img-src|img-src.*connect-src/)
  const markup = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<b>x</b>'
      return 'taken'
    } catch (error) {
      return (error as Error).name
    }
  })
  expect(markup).toBe('TypeError')
})

test('localhost in the address bar works the same', async () => {
  await page.goto(host.url.replace('127.0.0.1', 'localhost'))
  await expect.poll(body).toContain('"ok":true')
})

test('a page with the wrong secret can tell that from any other failure', async () => {
  await page.goto(`${host.origin}/#secret=${'0'.repeat(64)}`)
  await expect.poll(body).toBe('closed 4401')
})

test('a page of another site gets neither the bridge nor the files', async () => {
  const other = await startBrowserHost({
    core: new FakeCore(),
    rendererDir: path.join(directory, 'renderer'),
    log: silentLogger,
  })
  try {
    // Same computer, same user, another port: another origin, as any other site is.
    await page.route('**/other.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<body></body>' }),
    )
    await page.goto(`${other.origin}/other.html`)
    const outcome = await page.evaluate(
      async ([port, secret]) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/bridge`, ['hawser.v1', `secret.${secret}`])
        const code = await new Promise((resolve) => {
          socket.addEventListener('open', () => resolve('open'))
          socket.addEventListener('close', (event) => resolve(event.code))
        })
        const text = await fetch(`http://127.0.0.1:${port}/`).then(
          () => 'read',
          () => 'refused',
        )
        return `${String(code)} ${text}`
      },
      [host.port, host.secret] as const,
    )
    expect(outcome).toBe('1006 refused')
  } finally {
    await other.close()
  }
})
