import { existsSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import type { SshEnvironment } from './ssh-environment.ts'

/**
 * Absolute path of an OpenSSH program (`ssh`, `ssh-keygen`), or null. The system's own places come before PATH, and
 * never a bare name: a folder that happens to be current must not be able to offer its own `ssh`.
 */
export function findOpenSshProgram(
  name: 'ssh' | 'ssh-keygen',
  environment: SshEnvironment,
  exists: (path: string) => boolean = existsSync,
): string | null {
  const windows = environment.platform === 'win32'
  const paths = windows ? win32 : posix
  const file = windows ? `${name}.exe` : name
  const { env } = environment
  const fixed = windows
    ? [
        paths.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'OpenSSH'),
        paths.join(env['ProgramFiles'] ?? 'C:\\Program Files', 'OpenSSH'),
        paths.join(env['ProgramFiles'] ?? 'C:\\Program Files', 'Git', 'usr', 'bin'),
      ]
    : ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/run/current-system/sw/bin', '/bin']
  const fromPath = (env['PATH'] ?? env['Path'] ?? '')
    .split(windows ? ';' : ':')
    .filter((path) => paths.isAbsolute(path))
  return [...fixed, ...fromPath].map((directory) => paths.join(directory, file)).find(exists) ?? null
}
