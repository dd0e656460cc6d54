import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { AppFailure, failure } from '../../shared/result.ts'
import { reasonOf } from './data-dir.ts'
import {
  askOwner,
  readOwner,
  serveStarter,
  connectToOwner,
  type HandoverReply,
  type HandoverRequest,
  type LockOwner,
} from './lock-protocol.ts'
import { claimUnixLock, listen, type LockClaim } from './unix-lock.ts'

export interface DataDirLockOptions {
  readonly face: LockOwner['face']
  /** Called for each later starter that finds us: show ourselves, and say what it should tell its user. */
  readonly onHandover: (request: HandoverRequest) => Promise<HandoverReply>
}

/** Either the data dir is ours until `release`, or it has an owner that can be asked, once, to show itself. */
export type DataDirLock =
  | { readonly owned: true; readonly release: () => Promise<void> }
  | {
      readonly owned: false
      readonly owner: LockOwner
      /** Rejects with `data.in-use` where the owner does not answer within `timeoutMs` (default 10 s). */
      readonly handOver: (request: HandoverRequest, timeoutMs?: number) => Promise<HandoverReply>
      /** Lets go of the connection where nothing is to be handed over. */
      readonly leave: () => void
    }

/** Meeting an owner that ends at that very moment is rare; meeting one this often is not chance. */
const tries = 10
const greetingTimeoutMs = 5000

/**
 * Makes this process the one owner of a data dir, or finds the owner. The lock is a socket that listens, so the system
 * lets go of it whenever the process ends, also after `kill -9`: it cannot go stale.
 * Rejects with `data.in-use` where the owner does not answer, `data.write-failed` where no lock can be made.
 */
export async function acquireDataDirLock(dataDir: string, options: DataDirLockOptions): Promise<DataDirLock> {
  const dir = await realpath(dataDir)
  const open = new Set<Socket>()
  const self: LockOwner = { pid: process.pid, face: options.face }
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    serveStarter(socket, self, options.onHandover).catch(() => socket.destroy())
  })
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const claim = await claimLock(server, dir).catch((error: unknown) => {
      server.close()
      if (error instanceof AppFailure) throw error
      throw failure('data.write-failed', { file: dir, reason: reasonOf(error) }, { cause: error })
    })
    if (claim.held) {
      // The lock alone keeps no process alive that has nothing else to do.
      server.unref()
      return { owned: true, release: () => release(server, open) }
    }
    const { socket } = claim
    const owner = await readOwner(socket, greetingTimeoutMs)
    if (owner !== null) {
      return {
        owned: false,
        owner,
        handOver: (request, timeoutMs = 10_000) => askOwner(socket, owner, request, timeoutMs),
        leave: () => socket.destroy(),
      }
    }
    socket.destroy()
  }
  throw failure('data.in-use')
}

const claimLock = (server: Server, dir: string): Promise<LockClaim> =>
  process.platform === 'win32' ? claimPipe(server, dir) : claimUnixLock(server, dir)

/** Windows: a pipe's name exists once on the computer and is gone with its process; the first to make it wins. */
async function claimPipe(server: Server, dir: string): Promise<LockClaim> {
  const hash = createHash('sha256').update(dir.toLowerCase()).digest('hex').slice(0, 32)
  const address = `\\\\.\\pipe\\hawser-${hash}`
  for (;;) {
    const found = await connectToOwner(address)
    if (found !== null) return { held: false, socket: found }
    try {
      await listen(server, address)
      return { held: true }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    }
  }
}

function release(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of open) socket.destroy()
  })
}
