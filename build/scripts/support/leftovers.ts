import { randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that a suite left behind. */
export interface Leftover {
  readonly pid: number
  readonly command: string
}

const variable = 'TEST_RUN_MARK'
const defaultGraceMs = 5000

/**
 * Marks the environment of a suite, so that its processes can be told from everybody else's, however far they have
 * gone from their parents. Linux only; elsewhere nothing is found.
 */
export function markEnvironment(env: NodeJS.ProcessEnv): { env: NodeJS.ProcessEnv; mark: string } {
  const mark = randomUUID()
  return { env: { ...env, [variable]: mark }, mark }
}

/** Waits a moment for processes that are about to end, then kills what is left by pid and reports it. */
export async function endLeftovers(mark: string, graceMs = defaultGraceMs): Promise<readonly Leftover[]> {
  const deadline = Date.now() + graceMs
  let left = await findMarked(mark)
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(100)
    left = await findMarked(mark)
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself just now.
    }
  }
  return left
}

async function findMarked(mark: string): Promise<readonly Leftover[]> {
  if (process.platform !== 'linux') return []
  const wanted = `${variable}=${mark}`
  const found: Leftover[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    // Gone meanwhile, or somebody else's: not ours to end.
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
    if (!environment.split('\0').includes(wanted)) continue
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')
    found.push({ pid: Number(name), command: command.replaceAll('\0', ' ').trim() })
  }
  return found
}
