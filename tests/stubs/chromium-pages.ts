import type { Browser, Page } from '@playwright/test'
import { ipcMain, schemes } from './electron.ts'
import type { PageHost, StubContents } from './electron-window.ts'
import { loadPreload } from './preload-host.ts'

/** Chromium knows no `app:`, so the page is shown under a name that no network has; every request is answered here. */
const standIn = 'https://bundle.invalid'

export interface ChromiumPages extends PageHost {
  /** The page of the newest window. */
  page(): Page
  /** What the pages complained about: refused by the policy, thrown, or written to the console as an error. */
  readonly complaints: readonly string[]
}

/**
 * Shows the pages of stub windows in a real Chromium: files come from the app's own protocol handler, headers and all,
 * and `window.hawser` is the built preload, whose messages go through the app's own IPC handlers.
 */
export function chromiumPages(browser: Browser, preloadSource: string): ChromiumPages {
  const pages: Page[] = []
  const complaints: string[] = []

  const load = async (contents: StubContents, url: string): Promise<void> => {
    const event = { sender: contents, senderFrame: contents.mainFrame }
    const preload = loadPreload(preloadSource, {
      invoke: (channel, ...args) => ipcMain.invoke(channel, event, ...args),
      send: (channel, ...args) => void ipcMain.emit(channel, event, ...args),
    })
    contents.on('stub-message', (channel: string, args: unknown[]) => preload.receive(channel, ...args))

    const context = await browser.newContext()
    contents.once('destroyed', () => void context.close())
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.route('**/*', async (route) => {
      const address = route.request().url()
      const handler = schemes.get(new URL(url).protocol.slice(0, -1))
      if (handler === undefined || !address.startsWith(standIn)) {
        complaints.push(`request to ${address}`)
        await route.abort()
        return
      }
      const own = address.replace(standIn, new URL(url).href.split('/', 3).join('/'))
      const response = await handler(new Request(own, { method: route.request().method() }))
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      })
    })
    await page.exposeFunction('stubCall', (name: string, input: unknown) => preload.hawser.call(name, input))
    await page.exposeFunction('stubListen', () => {
      preload.hawser.on((message) => {
        if (page.isClosed()) return
        page
          .evaluate((value) => globalThis.stubHear(value), message)
          .catch((error: unknown) => {
            if (!page.isClosed()) complaints.push(String(error))
          })
      })
    })
    await page.addInitScript(exposeInPage)
    await page.goto(url.replace(/^[a-z]+:\/\/[^/]+/, standIn))
    pages.push(page)
  }

  return {
    load,
    complaints,
    page() {
      const page = pages.at(-1)
      if (page === undefined) throw new Error('no window has shown a page')
      return page
    },
  }
}

declare global {
  var stubCall: (name: string, input: unknown) => Promise<unknown>
  var stubListen: () => Promise<void>
  var stubHear: (event: unknown) => void
}

/** Runs in the page, before its own code: what contextBridge does. */
function exposeInPage(): void {
  const listeners = new Set<(event: unknown) => void>()
  globalThis.stubHear = (event) => {
    for (const listener of listeners) listener(event)
  }
  const hawser = Object.freeze({
    call: (name: string, input: unknown) => globalThis.stubCall(name, input),
    on: (listener: (event: unknown) => void) => {
      listeners.add(listener)
      if (listeners.size === 1) void globalThis.stubListen()
      return () => listeners.delete(listener)
    },
  })
  Object.defineProperty(globalThis, 'hawser', { value: hawser, enumerable: true })
}
