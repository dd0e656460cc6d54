import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs `work` while no other process builds into the same directory. Waits for the one that does; the lock of a
 * process that is gone is taken over. Rejects after `timeoutMs`.
 */
export async function withBuildLock<T>(
  directory: string,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const lock = path.join(directory, 'lock')
  const owner = path.join(lock, 'pid')
  await mkdir(directory, { recursive: true })
  const deadline = Date.now() + timeoutMs
  while (!(await take(lock, owner))) {
    if (Date.now() > deadline)
      throw new Error(`Another build has been running for too long. Remove ${lock} if there is none.`)
    await sleep(100)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function take(lock: string, owner: string): Promise<boolean> {
  try {
    await mkdir(lock)
  } catch {
    const pid = Number(await readFile(owner, 'utf8').catch(() => ''))
    if (pid > 0 && !isAlive(pid)) await rm(lock, { recursive: true, force: true })
    return false
  }
  await writeFile(owner, String(process.pid))
  return true
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
