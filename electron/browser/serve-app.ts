import { failure } from '../../shared/result.ts'
import { serveWords } from '../../shared/text/serve.ts'
import type { AppCore, FacePorts } from '../app/app-core.ts'
import type { Output } from '../cli/output.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { acquireDataDirLock, type DataDirLock } from '../platform/data-dir-lock.ts'
import { DisposableStore, type Disposable } from '../platform/disposable.ts'
import type { HandoverReply, HandoverRequest } from '../platform/lock-protocol.ts'
import { startBrowserHost, type BrowserHost } from './browser-host.ts'
import type { OpenedBrowser } from './open-browser.ts'

export interface ServeAppOptions {
  /** Exists, and is private. */
  readonly dataDir: string
  /** Null: any free port. */
  readonly port: number | null
  /** Open the user's browser, where there is one. */
  readonly open: boolean
  readonly rendererDir: string
  /** A core that has a log of its own lends it to this face. */
  readonly createCore: (face: FacePorts) => Promise<AppCore & { readonly log?: Logger }>
  readonly openBrowser: (url: string, log: Logger) => Promise<OpenedBrowser>
  readonly output: Pick<Output, 'line' | 'text' | 'remark'>
  /** For a core without a log. */
  readonly log: Logger
  readonly clock: Clock
  /** Aborted by Ctrl-C or a polite kill. */
  readonly signal: AbortSignal
}

/**
 * Serves the app until the signal or a page ends it, or hands over to the process that already owns the data dir.
 * Resolves to the exit code: 0, or 130 after an interrupt. Rejects with an AppFailure (`data.in-use`, `usage` for a
 * taken port) or with whatever the core's start rejects with; nothing is left behind then either.
 */
export async function serveApp(options: ServeAppOptions): Promise<number> {
  const running = Promise.withResolvers<RunningServe>()
  running.promise.catch(() => {})
  const lock = await acquireDataDirLock(options.dataDir, {
    face: 'browser',
    onHandover: async (request) => (await running.promise).showAgain(request),
  })
  if (!lock.owned) return await handOver(lock, options)
  try {
    return await run(options, running)
  } catch (error) {
    running.reject(error)
    throw error
  } finally {
    await lock.release()
  }
}

interface RunningServe {
  showAgain(request: HandoverRequest): Promise<HandoverReply>
}

async function run(options: ServeAppOptions, running: PromiseWithResolvers<RunningServe>): Promise<number> {
  const { signal } = options
  const ended = Promise.withResolvers<number>()
  const onAbort = (): void => ended.resolve(130)
  if (signal.aborted) return 130
  signal.addEventListener('abort', onAbort, { once: true })
  let core: (AppCore & { readonly log?: Logger }) | null = null
  let host: BrowserHost | null = null
  const log = (): Logger => core?.log?.child('browser') ?? options.log
  const browser = new BrowserPages((url) => options.openBrowser(url, log()))
  try {
    core = await options.createCore({
      openLink: (url) => browser.openLink(url),
      quit: () => ended.resolve(0),
    })
    host = await startHost(options, core, log(), () => browser.used())
    if (signal.aborted) return 130
    const { url } = host
    announce(options.output, url)
    running.resolve({
      async showAgain(request) {
        const opened = request.open && (await browser.open(url)) === null
        const words = opened ? serveWords.handedOver.opened : serveWords.handedOver.address
        return { shown: opened, url, message: words }
      },
    })
    if (options.open) void browser.open(url).then((problem) => sayWhatOpened(options.output, problem))
    else options.output.remark(serveWords.notOpened)
    return await ended.promise
  } finally {
    signal.removeEventListener('abort', onAbort)
    browser.dispose()
    await host?.close()
    await core?.close()
  }
}

/** The address is the answer of `serve`: the interface for scripts, and for a browser that could not be opened. */
function announce(output: ServeAppOptions['output'], url: string): void {
  output.line({ url })
  output.text(url)
}

function sayWhatOpened(output: ServeAppOptions['output'], problem: string | null): void {
  output.remark(problem === null ? serveWords.opened : serveWords.openYourself(problem))
}

async function startHost(
  { rendererDir, port, clock }: ServeAppOptions,
  core: AppCore,
  log: Logger,
  onPage: () => void,
): Promise<BrowserHost> {
  try {
    return await startBrowserHost({
      core,
      rendererDir,
      clock,
      onPage,
      log,
      ...(port === null ? {} : { port }),
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (port !== null && (code === 'EADDRINUSE' || code === 'EACCES'))
      throw failure('usage', { reason: serveWords.portTaken(port) }, { cause: error })
    throw error
  }
}

async function handOver(
  lock: Extract<DataDirLock, { owned: false }>,
  { open, output }: ServeAppOptions,
): Promise<number> {
  const reply = await lock.handOver({ face: 'browser', open })
  if (reply.url !== null) announce(output, reply.url)
  output.remark(reply.message)
  return 0
}

/** The files that lead a browser to us, removed as soon as the browser came, and at the end. */
class BrowserPages implements Disposable {
  readonly #openBrowser: (url: string) => Promise<OpenedBrowser>
  readonly #toUs = new Set<Disposable>()
  readonly #held = new DisposableStore()

  constructor(openBrowser: (url: string) => Promise<OpenedBrowser>) {
    this.#openBrowser = openBrowser
  }

  /** Opens our own page. Never rejects: null, or why no browser opened, in words. */
  async open(url: string): Promise<string | null> {
    const result = await this.#openBrowser(url)
    if (!result.opened) return result.reason
    this.#toUs.add(this.#held.add(result.redirect))
    return null
  }

  /** Any link may carry something private, so all of them go the same way. */
  async openLink(url: string): Promise<void> {
    const result = await this.#openBrowser(url)
    if (!result.opened) throw failure('internal', {}, { detail: result.reason })
    this.#held.add(result.redirect)
  }

  /** A page of ours is there. */
  used(): void {
    for (const redirect of this.#toUs) redirect.dispose()
    this.#toUs.clear()
  }

  dispose(): void {
    this.#held.dispose()
  }
}
