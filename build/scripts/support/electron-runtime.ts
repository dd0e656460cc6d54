import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface RuntimePlace {
  /** Directory of the npm package `electron`. */
  readonly packageDir: string
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The executable of Electron's runtime, or null where it is not there. Looks as the npm package does, which cannot be
 * asked: importing it starts the download.
 */
export function electronExecutable({ packageDir, platform, env }: RuntimePlace): string | null {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  const directory = override === undefined || override === '' ? path.join(packageDir, 'dist') : override
  const file = path.join(directory, installedName(packageDir) ?? usualName(platform))
  return existsSync(file) ? file : null
}

function installedName(packageDir: string): string | null {
  try {
    return readFileSync(path.join(packageDir, 'path.txt'), 'utf8')
  } catch {
    return null
  }
}

function usualName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return platform === 'win32' ? 'electron.exe' : 'electron'
}

/** Why a tray app cannot run here whatever is installed, in words, or null. */
export function noDesktopReason(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  userId: number | undefined,
): string | null {
  if (platform === 'darwin' || platform === 'win32') return null
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return 'there is no display here'
  // Chromium's sandbox refuses root, and Hawser never runs without the sandbox.
  return userId === 0 ? 'a desktop app does not run as root' : null
}
