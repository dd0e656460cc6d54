import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AppCore, FacePorts } from '../../../electron/app/app-core.ts'
import type { OpenedBrowser } from '../../../electron/browser/open-browser.ts'
import { serveApp, type ServeAppOptions } from '../../../electron/browser/serve-app.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import { FakeCore } from '../../unit/browser/fake-core.ts'
import { openPage } from '../../unit/browser/page-client.ts'

let directory: string
const ends = new Set<() => Promise<unknown>>()

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-serve-'))
  await mkdir(path.join(directory, 'data'), { mode: 0o700 })
  await mkdir(path.join(directory, 'renderer'))
  await writeFile(path.join(directory, 'renderer', 'index.html'), '<!doctype html>')
})
afterEach(async () => {
  for (const end of ends) await end()
  ends.clear()
  await rm(directory, { recursive: true, force: true })
})

class ClosableCore extends FakeCore implements Pick<AppCore, 'close'> {
  closed = 0
  close(): Promise<void> {
    this.closed += 1
    return Promise.resolve()
  }
}

interface Serving {
  readonly done: Promise<number>
  readonly lines: { url?: string }[]
  readonly remarks: string[]
  readonly opened: string[]
  readonly core: ClosableCore
  face(): FacePorts
  redirects(): number
  abort(): void
  url(): Promise<string>
}

function serve(changes: Partial<ServeAppOptions> = {}, browser?: OpenedBrowser): Serving {
  const stop = new AbortController()
  const lines: { url?: string }[] = []
  const remarks: string[] = []
  const opened: string[] = []
  const core = new ClosableCore()
  let face: FacePorts | null = null
  let redirects = 0
  const done = serveApp({
    dataDir: path.join(directory, 'data'),
    port: null,
    open: false,
    rendererDir: path.join(directory, 'renderer'),
    createCore(ports) {
      face = ports
      return Promise.resolve(core as unknown as AppCore)
    },
    openBrowser(url) {
      opened.push(url)
      redirects += 1
      return Promise.resolve(browser ?? { opened: true, redirect: { dispose: () => (redirects -= 1) } })
    },
    output: {
      line: (value) => lines.push(value),
      text: () => {},
      remark: (text) => remarks.push(text),
    },
    log: silentLogger,
    clock: systemClock,
    signal: stop.signal,
    ...changes,
  })
  done.catch(() => {})
  ends.add(async () => {
    stop.abort()
    await done.catch(() => {})
  })
  return {
    done,
    lines,
    remarks,
    opened,
    core,
    face: () => face ?? expect.unreachable('no core was made'),
    redirects: () => redirects,
    abort: () => stop.abort(),
    async url() {
      await expect.poll(() => lines[0]?.url, { timeout: 5000 }).toBeTypeOf('string')
      return lines[0]?.url ?? ''
    },
  }
}

const pageOf = (url: string): ReturnType<typeof openPage> => {
  const { origin, port, hash } = new URL(url)
  return openPage({ origin, port: Number(port), secret: hash.replace('#secret=', '') })
}

test('the printed address is all a page needs, and an interrupt ends everything', async () => {
  const first = serve()
  const page = pageOf(await first.url())
  expect(await page.call('app.snapshot')).toMatchObject({ ok: true })
  first.abort()
  expect(await first.done).toBe(130)
  expect((await page.closed).code).toBe(1001)
  expect(first.core.closed).toBe(1)
  // The data dir is free again.
  const second = serve()
  await second.url()
  expect(second.remarks.join()).not.toContain('already')
})

test('a page can end the app', async () => {
  const app = serve()
  await app.url()
  app.face().quit()
  expect(await app.done).toBe(0)
})

test('the browser is opened, and its way in is removed once it came', async () => {
  const app = serve({ open: true })
  const url = await app.url()
  await expect.poll(() => app.opened).toEqual([url])
  expect(app.redirects()).toBe(1)
  await pageOf(url).call('app.snapshot')
  await expect.poll(() => app.redirects()).toBe(0)
})

test('the way in is removed at the end too, when no browser came', async () => {
  const app = serve({ open: true })
  await app.url()
  await expect.poll(() => app.remarks.length).toBe(1)
  app.abort()
  await app.done
  expect(app.redirects()).toBe(0)
})

test('no browser: the address stands on stdout and the reason on stderr', async () => {
  const app = serve({ open: true }, { opened: false, reason: 'There is no display here.' })
  await app.url()
  await expect.poll(() => app.remarks.join()).toContain('There is no display here.')
})

test('a second serve makes the first open its page again, says the address and ends well', async () => {
  const first = serve()
  const url = await first.url()
  const second = serve({ open: true })
  expect(await second.done).toBe(0)
  expect(second.lines).toEqual([{ url }])
  expect(second.opened).toEqual([])
  expect(first.opened).toEqual([url])
  expect(second.core.closed).toBe(0)
  const third = serve({ open: false })
  expect(await third.done).toBe(0)
  expect(third.lines).toEqual([{ url }])
  expect(first.opened).toEqual([url])
})

test('ten at once: one serves, nine hand over', async () => {
  const all = Array.from({ length: 10 }, () => serve())
  const urls = await Promise.all(all.map((one) => one.url()))
  expect(new Set(urls).size).toBe(1)
  const handedOver = (): Serving[] => all.filter((one) => one.remarks.join().includes('already'))
  await expect.poll(() => handedOver().length).toBe(9)
  expect(await Promise.all(handedOver().map((one) => one.done))).toEqual(Array(9).fill(0))
})

test('a taken port is a usage error in words, and the data dir is let go of', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve)
  })
  const { port } = other.address() as AddressInfo
  try {
    const app = serve({ port })
    await expect(app.done).rejects.toMatchObject({
      error: { code: 'usage', message: expect.stringContaining(String(port)) as string },
    })
    expect(app.core.closed).toBe(1)
  } finally {
    other.close()
  }
  await serve().url()
})

test('a core that cannot start lets go of the data dir', async () => {
  const app = serve({ createCore: () => Promise.reject(new Error('no core')) })
  await expect(app.done).rejects.toThrow('no core')
  await serve().url()
})
