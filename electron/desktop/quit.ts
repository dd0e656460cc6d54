import { app } from 'electron'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import { exitProcess } from '../platform/exit.ts'
import { disposable, DisposableStore, type Disposable } from '../platform/disposable.ts'

/** The core gets this long (ms) to let go of everything; then the process ends regardless. */
export const quitDeadlineMs = 3_000

type ProcessEvents = Pick<NodeJS.Process, 'on' | 'removeListener'>

export interface QuitOptions {
  readonly clock: Clock
  readonly log: () => Logger
  /** Lets go of windows, links and locks. Called once. */
  readonly close: () => Promise<void>
  /** True while something keeps the process from ending politely (platform/exit.ts). */
  readonly isStuck?: () => boolean
  readonly process?: ProcessEvents
}

/** The one way out of the app. */
export interface QuitPath extends Disposable {
  /** Begins to quit; again: nothing. The exit code is 0 unless the app is quitting because of a bug. */
  readonly quit: (reason: string, code?: number) => void
}

/**
 * Every way to end (menu, Cmd+Q, signal, system shutdown, a bug) goes through one controlled quit: close within the
 * deadline, then exit. Chromium's own teardown is skipped, so nothing can hang in it.
 */
export function createQuitPath(options: QuitOptions): QuitPath {
  const { clock, log, close, process: ownProcess = process } = options
  const store = new DisposableStore()
  let quitting = false

  const quit = (reason: string, code = 0): void => {
    if (quitting) return
    quitting = true
    log().info('quitting', { reason, code })
    const exit = (): void => {
      limit.dispose()
      if (options.isStuck?.() === true) exitProcess(code, true)
      app.exit(code)
    }
    const limit = clock.after(
      quitDeadlineMs,
      () => {
        log().warn('closing took too long')
        exit()
      },
      { ref: true },
    )
    close().then(exit, (error: unknown) => {
      log().error('closing failed', { reason: String(error) })
      exit()
    })
  }

  const onBeforeQuit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    quit('asked')
  }
  app.on('before-quit', onBeforeQuit)
  store.add(disposable(() => app.removeListener('before-quit', onBeforeQuit)))

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const onSignal = (): void => quit(signal)
    ownProcess.on(signal, onSignal)
    store.add(disposable(() => ownProcess.removeListener(signal, onSignal)))
  }
  for (const bug of ['uncaughtException', 'unhandledRejection'] as const) {
    const onBug = (thrown: unknown): void => {
      log().error(bug, {
        reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      })
      quit(bug, 1)
    }
    ownProcess.on(bug, onBug)
    store.add(disposable(() => ownProcess.removeListener(bug, onBug)))
  }
  return { quit, dispose: () => store.dispose() }
}
