import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readlink, symlink, unlink } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'
import path from 'node:path'
import { ensurePrivateDir } from './data-dir.ts'
import { connectToOwner } from './lock-protocol.ts'

/** The claim of a lock: made by us, or somebody else's, at the other end of `socket`. */
export type LockClaim = { readonly held: true } | { readonly held: false; readonly socket: Socket }

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the final zero included. */
const longestAddress = 100
/** Enough that a starter that was put to sleep in the middle of its claim cannot meet its number again. */
const tombstones = 8

/**
 * Claims the lock of a data dir with a Unix socket, race-free and safe against `kill -9`.
 *
 * A socket file outlives its process, and "it is dead, so remove it and take its name" is a race: two starters can
 * both find it dead, and the slower removes the faster one's new socket. So names are never taken over. Every owner
 * has a number: `owner-7` is a link to the socket it already listens on, made in one step that fails if the name
 * exists. The highest number is the owner; if nobody listens there, the next number is free to claim, for one. The
 * highest link is never removed, not even at release, so that a slow starter cannot claim an old number anew.
 */
export async function claimUnixLock(server: Server, dataDir: string): Promise<LockClaim> {
  const inside = path.join(dataDir, 'lock')
  if (Buffer.byteLength(path.join(inside, uniqueName())) <= longestAddress) {
    await mkdir(inside, { recursive: true, mode: 0o700 })
    try {
      return await claimIn(inside, server)
    } catch (error) {
      // Network and foreign file systems know no sockets or links; every process here meets the same refusal.
      if (!isRefusal(error)) throw error
    }
  }
  return claimIn(await outsidePlace(dataDir), server)
}

const isRefusal = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'ENOSYS', 'EINVAL', 'EADDRNOTAVAIL'].includes(code)
}

/** A short place that depends on nothing but the user and the data dir: two starters may have different environments. */
export async function outsidePlace(dataDir: string): Promise<string> {
  const base = `/tmp/hawser-${process.getuid?.() ?? 0}`
  await ensurePrivateDir(base)
  const place = path.join(base, createHash('sha256').update(dataDir).digest('hex').slice(0, 24))
  await ensurePrivateDir(place)
  return place
}

const uniqueName = (): string => `${process.pid}-${randomUUID().slice(0, 8)}`
const linkName = (number: number): string => `owner-${number}`

async function claimIn(dir: string, server: Server): Promise<LockClaim> {
  const own = uniqueName()
  for (;;) {
    const highest = await highestNumber(dir)
    if (highest > 0) {
      const found = await connectToOwner(path.join(dir, linkName(highest)))
      if (found !== null) {
        if (server.listening) await closed(server)
        return { held: false, socket: found }
      }
    }
    if (!server.listening) await listen(server, path.join(dir, own))
    const number = highest + 1
    if (!(await claimNumber(dir, own, number))) continue
    if ((await highestNumber(dir)) === number) {
      await removeOld(dir, number)
      return { held: true }
    }
    await unlink(path.join(dir, linkName(number))).catch(() => undefined)
  }
}

async function claimNumber(dir: string, own: string, number: number): Promise<boolean> {
  try {
    await symlink(own, path.join(dir, linkName(number)))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function numbers(dir: string): Promise<readonly number[]> {
  const names = await readdir(dir)
  return names.map((name) => Number(/^owner-(\d+)$/.exec(name)?.[1] ?? 0)).filter((number) => number > 0)
}

const highestNumber = async (dir: string): Promise<number> => Math.max(0, ...(await numbers(dir)))

/** Earlier owners are dead for certain: their sockets go at once, their links when nobody can still be about to claim. */
async function removeOld(dir: string, own: number): Promise<void> {
  for (const number of await numbers(dir)) {
    if (number >= own) continue
    const link = path.join(dir, linkName(number))
    const target = await readlink(link).catch(() => null)
    if (target !== null) await unlink(path.join(dir, path.basename(target))).catch(() => undefined)
    if (number < own - tombstones) await unlink(link).catch(() => undefined)
  }
}

/** Resolves when the server listens at a socket path or pipe name; rejects with the system's error. */
export function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
