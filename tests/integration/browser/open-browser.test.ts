import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBrowser, type OpenedBrowser } from '../../../electron/browser/open-browser.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemClock, type Clock } from '../../../electron/platform/clock.ts'

const secret = 'c0ffee'.repeat(10)
const url = `http://127.0.0.1:4711/#secret=${secret}`
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-open-'))
  await mkdir(path.join(directory, 'bin'))
  await mkdir(path.join(directory, 'tmp'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Puts an `xdg-open` in place that writes down its arguments and its whole environment. */
async function opener(exitCode: number, after = ''): Promise<void> {
  const file = path.join(directory, 'bin', 'xdg-open')
  await writeFile(
    file,
    `#!/bin/sh\nprintf '%s\\n' "$0" "$@" > "${directory}/argv"\nenv > "${directory}/env"\n${after}\nexit ${exitCode}\n`,
  )
  await chmod(file, 0o755)
}

const open = (clock: Clock = systemClock): Promise<OpenedBrowser> =>
  openBrowser(url, {
    machine: {
      platform: 'linux',
      env: { PATH: path.join(directory, 'bin'), DISPLAY: ':0' },
      home: directory,
    },
    clock,
    log: silentLogger,
    temporaryDir: path.join(directory, 'tmp'),
  })

const left = (): Promise<string[]> => readdir(path.join(directory, 'tmp'))

test('the browser gets a page that only the user can read, and the secret is in no argument and no variable', async () => {
  await opener(0)
  const result = await open()
  expect(result.opened).toBe(true)
  const [command, argument, ...more] = (await readFile(path.join(directory, 'argv'), 'utf8'))
    .trim()
    .split('\n')
  expect(command).toBe(path.join(directory, 'bin', 'xdg-open'))
  expect(more).toEqual([])
  expect(argument).not.toContain(secret)
  expect(await readFile(path.join(directory, 'env'), 'utf8')).not.toContain(secret)

  const file = fileURLToPath(argument ?? '')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700)
  const page = await readFile(file, 'utf8')
  expect(page).toContain(`content="0; url=${url}"`)
  expect(page).toContain(`href="${url}"`)
  expect(page).not.toContain('<script')

  if (result.opened) result.redirect.dispose()
  expect(await left()).toEqual([])
})

test('the page is gone after a minute, used or not', async () => {
  await opener(0)
  const waits: { ms: number; callback: () => void }[] = []
  const clock: Clock = {
    ...systemClock,
    after(ms, callback, options) {
      if (ms === 60_000) waits.push({ ms, callback })
      return ms === 60_000 ? { dispose() {} } : systemClock.after(ms, callback, options)
    },
  }
  await open(clock)
  expect(await left()).toHaveLength(1)
  waits[0]?.callback()
  expect(await left()).toEqual([])
})

test('an opener that fails leaves nothing and says so', async () => {
  await opener(3)
  expect(await open()).toEqual({ opened: false, reason: 'The browser could not be opened.' })
  expect(await left()).toEqual([])
})

test('an address cannot break out of the page', async () => {
  await opener(0)
  const result = await openBrowser('http://127.0.0.1/"><script>alert(1)</script>', {
    machine: {
      platform: 'linux',
      env: { PATH: path.join(directory, 'bin'), DISPLAY: ':0' },
      home: directory,
    },
    clock: systemClock,
    log: silentLogger,
    temporaryDir: path.join(directory, 'tmp'),
  })
  const [place] = await left()
  const page = await readFile(path.join(directory, 'tmp', place ?? '', 'open.html'), 'utf8')
  expect(page).not.toContain('<script')
  expect(page).not.toContain('"><')
  if (result.opened) result.redirect.dispose()
})
