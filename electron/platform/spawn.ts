import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Changes to the inherited environment; undefined removes a variable. `HAWSER_*` never reaches a child. */
export type EnvironmentChanges = Readonly<Record<string, string | undefined>>

interface RunOptions {
  /** After this the child is killed and the result says so. */
  readonly timeoutMs: number
  /** Bytes kept of stdout and of stderr, each; what comes after is drained and dropped. Default 1 MiB. */
  readonly maxBytes?: number
  readonly env?: EnvironmentChanges
  readonly cwd?: string
  /** Written to stdin, which is then closed. Without it stdin is not a pipe at all: some programs hang on one. */
  readonly input?: string
  readonly signal?: AbortSignal
}

export interface RunResult {
  /** Null when ended by a signal. */
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  /** More than `maxBytes` came. */
  readonly truncated: boolean
}

interface ChildOptions {
  readonly env?: EnvironmentChanges
  readonly cwd?: string
  /** `pipe` hands out {@link Child.stdin}; such a child can notice our death by its closing. Default `ignore`. */
  readonly stdin?: 'ignore' | 'pipe'
  /** Hears every line of both outputs, without its end; lines over 64 KiB come in pieces. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void
  /** Both outputs are appended to this file (made 0600) instead; such a child can outlive us. */
  readonly outputFile?: string
  /** Own process group and session; {@link Child.terminate} ends the whole group. Default false. */
  readonly detached?: boolean
}

export interface ChildExit {
  readonly code: number | null
  readonly signal: string | null
}

/** A long-lived child. Whoever starts one ends it. */
export interface Child {
  readonly pid: number
  readonly stdin: Writable | null
  /** Never rejects. Resolves after the last line was heard. */
  readonly exited: Promise<ChildExit>
  /** Asks politely (SIGTERM), and kills after `graceMs`. Resolves when it is gone; again: the same promise. */
  terminate(graceMs: number): Promise<ChildExit>
  /** Lets our process end while this child lives on. */
  unref(): void
}

/** The one port to other programs: argument lists only, never a shell. */
export interface Spawner {
  /** Runs a program to its end. Rejects when it cannot be started (`code` ENOENT, EACCES) or with the signal's reason. */
  run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult>
  /** Starts a long-lived child; rejects when it cannot be started. */
  spawnChild(command: string, args: readonly string[], options?: ChildOptions): Promise<Child>
}

/** How long the outputs may stay open after the exit, since a grandchild can hold them for ever. */
const outputGraceMs = 500
const longestLine = 64 * 1024

/** The environment a child gets: ours with the changes, and without anything of Hawser's own. */
export function childEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  changes: EnvironmentChanges = {},
): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries({ ...base, ...changes })) {
    if (value !== undefined && !name.toUpperCase().startsWith('HAWSER_')) result[name] = value
  }
  return result
}

/** Children of the operating system. */
export const systemSpawner: Spawner = { run, spawnChild }

async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  options.signal?.throwIfAborted()
  const child = spawn(command, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: childEnvironment(process.env, options.env),
    windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const stdout = collect(child.stdout, options.maxBytes ?? 1024 * 1024)
  const stderr = collect(child.stderr, options.maxBytes ?? 1024 * 1024)
  // A child that ends without reading its input is no fault of ours.
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, options.timeoutMs)
  const onAbort = (): void => {
    child.kill('SIGKILL')
  }
  options.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await started(child)
    const exit = await ended(child)
    options.signal?.throwIfAborted()
    return {
      ...exit,
      stdout: stdout.text(),
      stderr: stderr.text(),
      timedOut,
      truncated: stdout.truncated() || stderr.truncated(),
    }
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', onAbort)
  }
}

async function spawnChild(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<Child> {
  const child = startWithOutput(command, args, options)
  if (options.onLine !== undefined) {
    if (child.stdout !== null) splitLines(child.stdout, 'stdout', options.onLine)
    if (child.stderr !== null) splitLines(child.stderr, 'stderr', options.onLine)
  }
  child.stdin?.on('error', () => {})
  const exited = ended(child)
  await started(child)
  const pid = child.pid ?? 0
  const kill = (signal: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null) return
    try {
      if (options.detached === true && process.platform !== 'win32') process.kill(-pid, signal)
      else child.kill(signal)
    } catch {
      // Gone between the look and the signal: `exited` says so.
    }
  }
  let ending: Promise<ChildExit> | null = null
  return {
    pid,
    stdin: child.stdin,
    exited,
    terminate(graceMs) {
      ending ??= (async () => {
        kill('SIGTERM')
        const timer = setTimeout(() => kill('SIGKILL'), graceMs)
        const exit = await exited
        clearTimeout(timer)
        return exit
      })()
      return ending
    },
    unref: () => child.unref(),
  }
}

function startWithOutput(command: string, args: readonly string[], options: ChildOptions): ChildProcess {
  const file = options.outputFile === undefined ? null : openSync(options.outputFile, 'a', 0o600)
  const output = file ?? (options.onLine === undefined ? 'ignore' : 'pipe')
  try {
    return spawn(command, args, {
      stdio: [options.stdin ?? 'ignore', output, output],
      env: childEnvironment(process.env, options.env),
      windowsHide: true,
      detached: options.detached === true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
  } finally {
    if (file !== null) closeSync(file)
  }
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
}

/** Resolves when the child is gone and its outputs are read to the end, or held by somebody else for too long. */
function ended(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    child.once('exit', (code, signal) => {
      timer = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve({ code, signal })
      }, outputGraceMs)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal })
    })
    // A kill that fails shows up here too; without a listener it would end our process.
    child.on('error', () => {})
  })
}

function collect(
  stream: Readable | null,
  maxBytes: number,
): { text: () => string; truncated: () => boolean } {
  const chunks: Buffer[] = []
  let size = 0
  let truncated = false
  stream?.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, maxBytes - size)
    if (kept.length < chunk.length) truncated = true
    size += kept.length
    chunks.push(kept)
  })
  stream?.on('error', () => {})
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => truncated }
}

function splitLines(
  stream: Readable,
  from: 'stdout' | 'stderr',
  onLine: (line: string, from: 'stdout' | 'stderr') => void,
): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line, from)
    if (rest.length > longestLine) {
      onLine(rest, from)
      rest = ''
    }
  }
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)))
  stream.on('end', () => {
    take(decoder.end())
    if (rest !== '') onLine(rest, from)
    rest = ''
  })
  stream.on('error', () => {})
}
