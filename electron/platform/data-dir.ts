import { chmod, lstat, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { failure } from '../../shared/result.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where all state of the app lives unless `--data-dir` says otherwise: the same place for every face, so that the
 * desktop, a browser tab and the command line see the same gateways. `home` is the user's home directory.
 */
export function defaultDataDir(env: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Hawser')
  if (platform === 'win32') {
    const roaming = env['APPDATA']
    const known = roaming !== undefined && path.win32.isAbsolute(roaming)
    return path.win32.join(known ? roaming : path.win32.join(home, 'AppData', 'Roaming'), 'Hawser')
  }
  // The XDG rules: a relative path in the variable counts as unset.
  const config = env['XDG_CONFIG_HOME']
  const known = config !== undefined && path.posix.isAbsolute(config)
  return path.posix.join(known ? config : path.posix.join(home, '.config'), 'hawser')
}

/**
 * Makes the data dir (mode 0700) or takes an existing one, closing it to others where it stood open.
 * Rejects with `data.write-failed` where it cannot be made, is no directory or belongs to somebody else.
 */
export async function ensureDataDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const found = await stat(dir)
    if (!found.isDirectory()) throw new Error('it is not a folder')
    if (process.getuid === undefined) return
    if (found.uid !== process.getuid()) throw new Error('it belongs to another user')
    if ((found.mode & 0o077) !== 0) await chmod(dir, 0o700)
  } catch (error) {
    throw failure('data.write-failed', { file: dir, reason: reasonOf(error) }, { cause: error })
  }
}

/** Makes a directory of our own (0700) in a place that others may write to; refuses one that somebody else put there. */
export async function ensurePrivateDir(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(dir)
  const own = process.getuid === undefined || found.uid === process.getuid()
  if (!found.isDirectory() || !own) throw new Error(`${dir} belongs to somebody else`)
  if (process.getuid !== undefined && (found.mode & 0o077) !== 0) await chmod(dir, 0o700)
}

/** The short reason of a file error for people: `ENOSPC`, `EACCES`, or its own words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return (error as NodeJS.ErrnoException).code ?? error.message
}
