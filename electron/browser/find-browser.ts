import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { serveWords } from '../../shared/text/serve.ts'
import type { Spawner } from '../platform/spawn.ts'

/** The computer as far as opening a browser depends on it. */
export interface BrowserMachine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** The program that opens things, and how it wants a page of ours to be named. */
export interface BrowserProgram {
  readonly command: string
  readonly args: (file: string) => readonly string[]
}

/** The program that opens the user's browser, or why there is none, in words. */
export function findBrowser({ platform, env }: BrowserMachine): BrowserProgram | string {
  const asUrl = (file: string): readonly string[] => [pathToFileURL(file).href]
  if (platform === 'win32') {
    // `start` belongs to the shell, and a shell is never asked. Over SSH there is a desktop, but nobody at it.
    if (env['SSH_CONNECTION']) return serveWords.noDisplay
    return { command: 'rundll32.exe', args: (file) => ['url.dll,FileProtocolHandler', file] }
  }
  if (platform === 'darwin') {
    if (env['SSH_CONNECTION']) return serveWords.noDisplay
    return { command: '/usr/bin/open', args: asUrl }
  }
  const wslview = env['WSL_DISTRO_NAME'] ? findOnPath('wslview', env) : null
  if (wslview !== null) return { command: wslview, args: (file) => [file] }
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return serveWords.noDisplay
  const opener = findOnPath('xdg-open', env)
  return opener === null ? serveWords.noOpener : { command: opener, args: asUrl }
}

function findOnPath(name: string, env: BrowserMachine['env']): string | null {
  for (const directory of (env['PATH'] ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(directory)) continue
    const file = path.join(directory, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Look on.
    }
  }
  return null
}

/**
 * A directory that the user's browser can read files from; null: the temporary directory will do. A browser from a
 * snap has a /tmp of its own and sees no hidden directories, only what is kept for it.
 */
export async function readableByBrowser(machine: BrowserMachine, spawner: Spawner): Promise<string | null> {
  if (machine.platform !== 'linux' || !existsSync('/snap')) return null
  const settings = findOnPath('xdg-settings', machine.env)
  if (settings === null) return null
  try {
    const { stdout } = await spawner.run(settings, ['get', 'default-web-browser'], { timeoutMs: 2000 })
    // The desktop file of a snap is called snap_app.desktop.
    const snap = /^([a-z0-9-]+)_[^/]+\.desktop$/.exec(stdout.trim())?.[1]
    if (snap === undefined) return null
    const common = path.join(machine.home, 'snap', snap, 'common')
    return existsSync(common) ? common : null
  } catch {
    return null
  }
}
