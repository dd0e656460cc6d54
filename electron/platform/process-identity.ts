import { readFile } from 'node:fs/promises'
import type { Spawner } from './spawn.ts'

const toolTimeoutMs = 5000

/**
 * A mark of the process that now has this pid, which another process with the same pid does not have: its start time
 * as the system prints it. Null: there is no such process (or it cannot be told). Never rejects.
 */
export async function processMark(
  pid: number,
  spawner: Pick<Spawner, 'run'>,
  platform: NodeJS.Platform = process.platform,
): Promise<string | null> {
  try {
    if (platform === 'linux') return startTicks(await readFile(`/proc/${pid}/stat`, 'utf8'))
    const [command, args] =
      platform === 'win32'
        ? ['powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]]
        : ['ps', ['-o', 'lstart=', '-p', String(pid)]]
    const { code, stdout } = await spawner.run(command, args, { timeoutMs: toolTimeoutMs })
    return code === 0 && stdout.trim() !== '' ? stdout.trim() : null
  } catch {
    return null
  }
}

/** Field 22 of /proc/<pid>/stat; a zombie counts as gone. The name in brackets may hold anything, brackets too. */
export function startTicks(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}

/** Sends a signal; false where the process is gone or not ours. `group`: to its whole process group. */
export function sendSignal(pid: number, signal: NodeJS.Signals, group = false): boolean {
  try {
    process.kill(group && process.platform !== 'win32' ? -pid : pid, signal)
    return true
  } catch {
    return false
  }
}
