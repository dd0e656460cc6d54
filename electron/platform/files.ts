import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, open, realpath, rename, unlink, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

/** Windows has no O_NOFOLLOW; there the look at the name before opening is all there is. */
const noFollow = constants.O_NOFOLLOW ?? 0

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Throws unless `file` is a regular file or absent: a link could lead a write, or a reader, somewhere else. */
async function refuseStrangeFile(file: string): Promise<void> {
  const found = await lstat(file).catch((error: unknown) => {
    if (isAbsent(error)) return null
    throw error
  })
  if (found !== null && !found.isFile()) throw new Error(`${file} is not a regular file`)
}

/**
 * Replaces a file as a whole: readers see the old content or the new one, also after a power cut. Mode 0600.
 * Rejects with the system's error and leaves the old file untouched.
 */
export async function writeFileAtomic(file: string, content: string | Uint8Array): Promise<void> {
  await refuseStrangeFile(file)
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`)
  try {
    await writeAndSync(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  await syncDirectory(path.dirname(file))
}

/**
 * Makes a file (mode 0600) that appears with its whole content, or answers false where one exists already.
 * Rejects with the system's error.
 */
export async function createFileAtomic(file: string, content: string | Uint8Array): Promise<boolean> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`)
  try {
    await writeAndSync(temporary, content)
    // Unlike a rename, a link never replaces.
    await link(temporary, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // No hard links on this file system: the exclusive open has to do, though it shows the file while it grows.
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error
    await writeAndSync(file, content)
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
  await syncDirectory(path.dirname(file))
  return true
}

async function writeAndSync(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a rename durable. Where a directory cannot be synced (Windows), the rename alone has to do. */
async function syncDirectory(dir: string): Promise<void> {
  let handle: FileHandle | null = null
  try {
    handle = await open(dir, 'r')
    await handle.sync()
  } catch {
    // The file itself is written and in place.
  } finally {
    await handle?.close()
  }
}

/**
 * Reads a whole text file, or null where there is none. Rejects for anything but regular files and for more than
 * `maxBytes`, so that a strange file can neither hang nor flood the app. Links are followed only for files of other
 * programs (`followLinks`), which people keep in their dotfiles; a link among our own files is none of our making.
 */
export async function readFileCapped(
  file: string,
  maxBytes: number,
  options: { readonly followLinks?: boolean } = {},
): Promise<string | null> {
  const target = options.followLinks === true ? await realpath(file).catch(() => file) : file
  await refuseStrangeFile(target)
  let handle: FileHandle
  try {
    handle = await open(target, constants.O_RDONLY | noFollow)
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
  try {
    const { size } = await handle.stat()
    if (size > maxBytes) throw new Error(`${file} is larger than ${maxBytes} bytes`)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/**
 * Moves a file that cannot be used out of the way, never over another one, and answers its new name:
 * `settings.json.broken-2026-11-21T02-15-00Z`. `now`: epoch ms.
 */
export async function keepAside(file: string, why: 'broken' | 'newer', now: number): Promise<string> {
  const stamp = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')
  for (let count = 1; ; count += 1) {
    const aside = `${file}.${why}-${stamp}${count === 1 ? '' : `-${count}`}`
    try {
      // A link fails where the name is taken; a rename would overwrite.
      await link(file, aside)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      // No hard links on this file system: a random name cannot be taken.
      const unique = `${aside}-${randomUUID().slice(0, 8)}`
      await rename(file, unique)
      return unique
    }
    await unlink(file)
    return aside
  }
}
