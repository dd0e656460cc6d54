import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { projectRoot } from './project.ts'

export interface ProgramResult {
  /** Null where it was killed. */
  readonly code: number | null
  /** stdout and stderr as they came, the last megabyte. */
  readonly output: string
  readonly timedOut: boolean
}

export interface ProgramOptions {
  readonly env?: NodeJS.ProcessEnv
  /** After this the program is killed together with everything it started. */
  readonly timeoutMs?: number
  /** Hears the output as it comes. */
  readonly onOutput?: (text: string) => void
  readonly signal?: AbortSignal
}

const keptCharacters = 1024 * 1024

/**
 * Runs a program to its end in its own process group. Never rejects: one that cannot be started has code 127 and the
 * reason as its output.
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = ''
    let timedOut = false
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const take = (chunk: Buffer): void => {
      const text = chunk.toString('utf8')
      output = (output + text).slice(-keptCharacters)
      options.onOutput?.(text)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const end = (): void => killTree(child)
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            end()
          }, options.timeoutMs)
    options.signal?.addEventListener('abort', end, { once: true })
    // Ctrl-C at the terminal does not reach another process group.
    const interrupt = (signal: NodeJS.Signals): void => {
      end()
      process.exit(signal === 'SIGINT' ? 130 : 143)
    }
    process.once('SIGINT', interrupt)
    process.once('SIGTERM', interrupt)
    const finish = (code: number | null): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', end)
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
      resolve({ code, output, timedOut })
    }
    child.once('error', (error) => {
      output += error.message
      finish(127)
    })
    child.once('close', (code) => finish(code))
  })
}

/** Kills a child and all it started, by its own pid. */
function killTree(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null) return
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true })
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
