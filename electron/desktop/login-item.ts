import { homedir } from 'node:os'
import { app } from 'electron'
import { autostartFile, hasAutostart, setAutostart } from './autostart-file.ts'

export interface LoginItemOptions {
  readonly platform: 'darwin' | 'win32' | 'linux'
  /** Linux: the autostart entry's place. */
  readonly autostartFile: string
  /** The program and its arguments that start this very app (the AppImage file, not what it unpacks to). */
  readonly command: readonly [string, ...string[]]
}

/** How this very app is started again. `dataDir`: as given on the command line, or null for the usual one. */
export function ownLoginItem(
  platform: LoginItemOptions['platform'],
  env: Readonly<Record<string, string | undefined>>,
  dataDir: string | null,
): LoginItemOptions {
  return {
    platform,
    autostartFile: autostartFile(env, homedir()),
    command: [env['APPIMAGE'] ?? process.execPath, ...(dataDir === null ? [] : [`--data-dir=${dataDir}`])],
  }
}

/** Switches start at login on or off, and answers what stands after that. Rejects with the system's error. */
export async function setStartAtLogin(
  options: LoginItemOptions,
  enabled: boolean,
  hidden: boolean,
): Promise<boolean> {
  const [program, ...given] = options.command
  const args = hidden ? [...given, '--hidden'] : given
  switch (options.platform) {
    case 'darwin': {
      // No arguments there: a start at login is told apart by `wasOpenedAtLogin`.
      app.setLoginItemSettings({ openAtLogin: enabled })
      const { status } = app.getLoginItemSettings()
      return status === 'enabled' || status === 'requires-approval'
    }
    case 'win32':
      app.setLoginItemSettings({ openAtLogin: enabled, path: program, args })
      return app.getLoginItemSettings({ path: program, args }).openAtLogin
    case 'linux':
      await setAutostart(options.autostartFile, enabled ? [program, ...args] : null)
      return hasAutostart(options.autostartFile)
  }
}

/** True when the system started us at login and the user wants no window then. */
export function startedAtLogin(platform: LoginItemOptions['platform']): boolean {
  return platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}
