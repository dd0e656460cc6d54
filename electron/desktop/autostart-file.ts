import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { readFileCapped, writeFileAtomic } from '../platform/files.ts'

/** Must equal `desktopName` of package.json: desktops match windows, icons and autostart by it. */
const desktopId = 'io.github.hawser.Hawser'

/** Where the XDG autostart entry of Hawser stands. */
export function autostartFile(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const config = env['XDG_CONFIG_HOME']
  const base = config !== undefined && path.isAbsolute(config) ? config : path.join(home, '.config')
  return path.join(base, 'autostart', `${desktopId}.desktop`)
}

/** One argument of an `Exec` line, quoted as the Desktop Entry Specification asks. Throws on control characters. */
function quote(argument: string): string {
  // eslint-disable-next-line no-control-regex -- exactly these must not get into the file
  if (/[\u0000-\u001f]/.test(argument)) throw new Error('a control character in a path cannot be written')
  // First the quoting rule of Exec, then the escaping rule of every string value: hence the doubled backslashes.
  const quoted = argument.replace(/["`$\\]/g, String.raw`\$&`).replaceAll('\\', String.raw`\\`)
  return `"${quoted.replaceAll('%', '%%')}"`
}

/** Text of the autostart entry that runs this command at login. */
export function autostartText(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Hawser',
    'Comment=Ties this desktop to an OpenClaw Gateway',
    `Exec=${command.map(quote).join(' ')}`,
    `Icon=${desktopId}`,
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/** Puts the entry in place or takes it away. Rejects with the system's error. */
export async function setAutostart(file: string, command: readonly string[] | null): Promise<void> {
  if (command === null) {
    await rm(file, { force: true })
    return
  }
  await mkdir(path.dirname(file), { recursive: true })
  await writeFileAtomic(file, autostartText(command))
}

/** True where an entry stands that the user (or the desktop's own settings) did not switch off. */
export async function hasAutostart(file: string): Promise<boolean> {
  const text = await readFileCapped(file, 64 * 1024)
  return text !== null && !/^(Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(text)
}
