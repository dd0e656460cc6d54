import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { serveWords } from '../../shared/text/serve.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { disposable, type Disposable } from '../platform/disposable.ts'
import { systemSpawner, type Spawner } from '../platform/spawn.ts'
import { findBrowser, readableByBrowser, type BrowserMachine } from './find-browser.ts'

/** The page that leads on is gone after this, whether the browser came or not. */
const redirectLifeMs = 60_000
/** An opener that has not failed by then has found a browser, or has become one. */
const openerPatienceMs = 4000

export interface OpenBrowserOptions {
  readonly machine: BrowserMachine
  readonly clock: Clock
  readonly log: Logger
  readonly spawner?: Spawner
  /** Default: the system's. */
  readonly temporaryDir?: string
}

/** What became of opening: `opened` with the page to remove once it was used, or why not, in words. */
export type OpenedBrowser =
  | { readonly opened: true; readonly redirect: Disposable }
  | { readonly opened: false; readonly reason: string }

/**
 * Opens an address in the user's browser without naming it to any other program: arguments can be read by everybody on
 * the computer, so the browser is given a file that only the user can read, and that file leads on to the address.
 * Never rejects.
 */
export async function openBrowser(url: string, options: OpenBrowserOptions): Promise<OpenedBrowser> {
  const { machine, clock, log } = options
  const spawner = options.spawner ?? systemSpawner
  const program = findBrowser(machine)
  if (typeof program === 'string') return { opened: false, reason: program }
  let redirect: Disposable | null = null
  try {
    const place = (await readableByBrowser(machine, spawner)) ?? options.temporaryDir ?? tmpdir()
    const page = await writeRedirect(url, place)
    const timer = clock.after(redirectLifeMs, () => page.dispose())
    redirect = disposable(() => {
      timer.dispose()
      page.dispose()
    })
    // Its own session: Ctrl-C here must not end a browser that was started by this.
    const child = await spawner.spawnChild(program.command, program.args(page.file), { detached: true })
    child.unref()
    const ended = await firstOf(child.exited, clock, openerPatienceMs)
    if (ended === null || ended.code === 0) return { opened: true, redirect }
    log.warn('the browser could not be opened', { code: ended.code, signal: ended.signal })
  } catch (error) {
    log.warn('the browser could not be opened', {
      reason: (error as NodeJS.ErrnoException).code ?? String(error),
    })
  }
  redirect?.dispose()
  return { opened: false, reason: serveWords.openFailed }
}

/** The page that leads on: 0600, in a directory of its own (0700). No script; a link, should the browser not follow. */
async function writeRedirect(url: string, place: string): Promise<Disposable & { readonly file: string }> {
  const directory = await mkdtemp(path.join(place, 'hawser-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  // Also where the process ends before it was used.
  process.once('exit', remove)
  const page = disposable(() => {
    process.off('exit', remove)
    remove()
  })
  const file = path.join(directory, 'open.html')
  const address = escapeMarkup(url)
  try {
    await writeFile(
      file,
      `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>${escapeMarkup(serveWords.redirectTitle)}</title>
<p><a href="${address}">${escapeMarkup(serveWords.redirectLink)}</a></p>
</html>
`,
      { mode: 0o600, flag: 'wx' },
    )
  } catch (error) {
    page.dispose()
    throw error
  }
  return { file, dispose: () => page.dispose() }
}

const escapeMarkup = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`)

function firstOf<T>(promise: Promise<T>, clock: Clock, ms: number): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, () => resolve(null))
    promise.then(
      (value) => {
        timer.dispose()
        resolve(value)
      },
      () => resolve(null),
    )
  })
}
