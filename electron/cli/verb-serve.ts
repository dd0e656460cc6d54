import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { createApp, type App } from '../app/create-app.ts'
import { openBrowser } from '../browser/open-browser.ts'
import { serveApp } from '../browser/serve-app.ts'
import { AppFailure } from '../../shared/result.ts'
import { silentLogger } from '../log/logger.ts'
import { systemClock } from '../platform/clock.ts'
import { defaultDataDir, ensureDataDir } from '../platform/data-dir.ts'
import type { Output } from './output.ts'

export interface ServeOptions {
  readonly demo: boolean
  readonly dataDir: string | null
  readonly port: number | null
  readonly open: boolean
  readonly output: Output
  readonly signal: AbortSignal
  /** Hears of the app as soon as it stands. */
  readonly onApp: (app: App) => void
}

/** `hawser serve` and `hawser demo`. Returns the exit code. */
export async function runServe(options: ServeOptions): Promise<number> {
  if (!options.demo) {
    const dataDir = options.dataDir ?? defaultDataDir(process.env, process.platform, homedir())
    await ensureDataDir(dataDir)
    return serve(options, dataDir)
  }
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-demo-'))
  try {
    return await serve(options, dataDir)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

function serve({ demo, port, open, output, signal, onApp }: ServeOptions, dataDir: string): Promise<number> {
  const machine = { platform: process.platform, env: process.env, home: homedir() }
  return serveApp({
    dataDir,
    port,
    open,
    output,
    signal,
    log: silentLogger,
    clock: systemClock,
    rendererDir: path.join(import.meta.dirname, 'renderer'),
    openBrowser: (url, log) => openBrowser(url, { machine, clock: systemClock, log }),
    createCore: async (ports) => {
      const core = await createApp({
        dataDir,
        face: 'browser',
        demo,
        can: { tray: false, startAtLogin: false, openLinks: true },
        ports,
      })
      onApp(core)
      if (demo) {
        const started = await core.call('app.start-demo', {})
        if (!started.ok) throw new AppFailure(started.error)
      }
      return core
    },
  })
}
