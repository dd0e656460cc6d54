import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AppFailure, failure, toAppError, type AppError } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Redactor } from '../log/redactor.ts'
import { delay, type Clock } from '../platform/clock.ts'
import { reasonOf } from '../platform/data-dir.ts'
import { processMark, sendSignal } from '../platform/process-identity.ts'
import type { ChildExit, EnvironmentChanges, Spawner } from '../platform/spawn.ts'
import { judgeExit, lastComplaint } from './judge-exit.ts'
import { followLog, type LogTail } from './log-tail.ts'
import type { Environment } from './openclaw-files.ts'
import type { ProbeResult } from './probe.ts'
import { readLivingReceipt, removeReceipt, writeReceipt } from './receipt.ts'

/** What to run, and where it will answer. */
export interface ChildSpec {
  readonly node: string
  readonly script: string
  readonly port: number
  readonly tls: boolean
}

export interface SupervisedChildOptions {
  readonly spawner: Spawner
  readonly clock: Clock
  readonly log: Logger
  readonly redactor: Redactor
  readonly env: Environment
  /** Ours alone: holds the receipt and the child's output. Made when needed. */
  readonly dir: string
  readonly probe: (port: number, tls: boolean) => Promise<ProbeResult>
  readonly onChange: () => void
}

export type ChildState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed'

interface RunningProcess {
  readonly pid: number
  readonly exited: Promise<ChildExit>
}

const probeEveryMs = 400
/** A first start with migrations takes minutes on a slow machine; after this the caller is told, the child goes on. */
const patienceMs = 300_000
const crashWindowMs = 60_000
const crashLimit = 3
const restartAfterMs = 1000
/** Work that goes on when a gateway is stopped gets 315 s by its own rules, and its clean-up 15 more. */
const drainMs = 335_000
const adoptedPollMs = 2000
/** What quitting Hawser waits for; a gateway that still drains then goes on doing so by itself. */
const quitMs = 2500

/**
 * A gateway that Hawser started, from start to end: waits until it answers, starts it again after a crash, stops after
 * three crashes in a minute. It runs detached with its output in a file, so that it can outlive Hawser; a receipt lets
 * the next Hawser know it again.
 */
export class SupervisedChild {
  readonly #options: SupervisedChildOptions
  #state: ChildState = 'stopped'
  #error: AppError | null = null
  #version: string | null = null
  #port: number | null = null
  #process: RunningProcess | null = null
  #tail: LogTail | null = null
  #wanted = new AbortController()
  #starting: Promise<void> | null = null
  #supervision: Promise<void> = Promise.resolve()

  constructor(options: SupervisedChildOptions) {
    this.#options = options
    this.#wanted.abort()
  }

  get state(): ChildState {
    return this.#state
  }

  /** True while there is a process of ours, or one is about to be. */
  get active(): boolean {
    return this.#state === 'starting' || this.#state === 'running' || this.#state === 'stopping'
  }

  get error(): AppError | null {
    return this.#error
  }

  get version(): string | null {
    return this.#version
  }

  /** Where it answers; null before the first start. */
  get port(): number | null {
    return this.#port
  }

  logTail(): readonly string[] {
    return this.#tail?.lines() ?? []
  }

  /** Takes up a child that an earlier Hawser left running. Resolves to whether there is one. */
  async adopt(spec: ChildSpec): Promise<boolean> {
    if (this.active) return true
    const receipt = await readLivingReceipt(this.#options.dir, this.#options.spawner)
    if (receipt === null || this.active) return this.active
    this.#options.log.info('took up a gateway that was left running', {
      pid: receipt.pid,
      port: receipt.port,
    })
    const running = { pid: receipt.pid, exited: this.#pollExit(receipt.pid, receipt.mark) }
    // Nobody waits for it here: how it goes is in the state.
    void this.#begin({ ...spec, port: receipt.port }, running).catch(() => undefined)
    return true
  }

  /** Starts it and resolves when it answers. Rejects with `local.*`; while it starts, the same promise. */
  start(spec: ChildSpec): Promise<void> {
    if (this.#starting !== null && this.active) return this.#starting
    if (this.active) return Promise.resolve()
    return this.#begin(spec, null)
  }

  /** Stops it politely and resolves when it is gone. Called again meanwhile, it kills. */
  async stop(): Promise<void> {
    const again = this.#state === 'stopping'
    const running = this.#process
    if (!this.active) return
    this.#wanted.abort(failure('local.not-running'))
    if (running !== null) {
      this.#enter('stopping')
      this.#signal(running.pid, again ? 'SIGKILL' : 'SIGTERM')
      const timer = this.#options.clock.after(drainMs, () => this.#signal(running.pid, 'SIGKILL'))
      await running.exited
      timer.dispose()
    }
    await this.#supervision
  }

  /** At quit. `leave`: it runs on. `stop`: it is asked to stop, and not waited for longer than a quit may take. */
  async close(policy: 'stop' | 'leave'): Promise<void> {
    if (policy === 'stop' && this.active) {
      const patience = new AbortController()
      const timer = this.#options.clock.after(quitMs, () => patience.abort(), { ref: true })
      await Promise.race([
        this.stop(),
        new Promise((resolve) => patience.signal.addEventListener('abort', resolve)),
      ])
      timer.dispose()
    }
    this.#tail?.dispose()
  }

  #begin(spec: ChildSpec, adopted: RunningProcess | null): Promise<void> {
    this.#wanted = new AbortController()
    this.#error = null
    this.#version = null
    this.#port = spec.port
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Whoever adopts does not wait for the start; a failure is in the state all the same.
    promise.catch(() => undefined)
    this.#starting = promise
    this.#enter('starting')
    const patience = this.#options.clock.after(patienceMs, () => {
      this.#error = failure('local.start-failed', { reason: 'it runs, but has not answered yet' }).error
      reject(new AppFailure(this.#error))
      this.#options.onChange()
    })
    this.#supervision = this.#supervise(spec, adopted, this.#wanted.signal, resolve)
      .then((end) => {
        this.#enter('stopped')
        reject(end)
      })
      .catch((error: unknown) => {
        this.#error = toAppError(error)
        this.#options.log.warn('local gateway failed', { code: this.#error.code, detail: this.#error.detail })
        this.#enter('failed')
        reject(error)
      })
      .finally(() => patience.dispose())
    return promise
  }

  /** Runs one process after the other until it is not wanted any more. Resolves at an end, rejects at a failure. */
  async #supervise(
    spec: ChildSpec,
    adopted: RunningProcess | null,
    wanted: AbortSignal,
    onReady: () => void,
  ): Promise<AppFailure> {
    const { clock, log } = this.#options
    let crashes: readonly number[] = []
    let next = adopted
    await this.#openLog(adopted === null)
    for (;;) {
      const running: RunningProcess = next ?? (await this.#launch(spec))
      next = null
      this.#process = running
      // Stopped while it was being started: now there is something to signal.
      if (wanted.aborted) this.#signal(running.pid, 'SIGTERM')
      const ready = await this.#waitUntilReady(spec, running)
      if (ready && !wanted.aborted) {
        this.#error = null
        this.#enter('running')
        onReady()
      }
      const exit = await running.exited
      this.#process = null
      await this.#tail?.refresh()
      await removeReceipt(this.#options.dir).catch(() => undefined)
      log.info('local gateway ended', { code: exit.code, signal: exit.signal, wanted: !wanted.aborted })
      if (wanted.aborted) return failure('local.not-running')
      const verdict = await judgeExit(exit, ready, this.logTail(), spec.port, this.#options.spawner)
      if (verdict === 'ended') return failure('local.start-failed', { reason: 'it was stopped' })
      if (verdict !== 'crashed') throw verdict
      crashes = [...crashes, clock.monotonic()].filter((at) => clock.monotonic() - at < crashWindowMs)
      if (crashes.length >= crashLimit) {
        const words = [describeExit(exit), lastComplaint(this.logTail().slice(-5))]
        throw failure('local.crash-loop', { reason: words.filter(Boolean).join(': ') })
      }
      this.#enter('starting')
      const stopped = await delay(clock, restartAfterMs, wanted).catch(() => true)
      if (stopped === true) return failure('local.not-running')
    }
  }

  async #openLog(fresh: boolean): Promise<void> {
    const file = this.#logFile()
    await mkdir(this.#options.dir, { recursive: true, mode: 0o700 })
    if (fresh) {
      await writeFile(file, '', { mode: 0o600 })
      await chmod(file, 0o600)
    }
    this.#tail?.dispose()
    const { redactor, clock, onChange } = this.#options
    this.#tail = followLog({ file, redactor, clock, onChange })
    await this.#tail.refresh()
  }

  async #launch(spec: ChildSpec): Promise<RunningProcess> {
    const { spawner, log, dir, clock } = this.#options
    const args = [spec.script, 'gateway', 'run']
    const child = await spawner
      .spawnChild(spec.node, args, { env: this.#childEnv(spec), outputFile: this.#logFile(), detached: true })
      .catch((error: unknown) => {
        throw failure('local.start-failed', { reason: reasonOf(error) }, { cause: error })
      })
    child.unref()
    log.info('local gateway started', { pid: child.pid, port: spec.port, at: clock.now() })
    const mark = await processMark(child.pid, spawner)
    if (mark !== null) await writeReceipt(dir, { pid: child.pid, mark, port: spec.port })
    return { pid: child.pid, exited: child.exited }
  }

  #childEnv(spec: ChildSpec): EnvironmentChanges {
    const { env } = this.#options
    const electronOnly = Object.keys(env).filter((name) => name.startsWith('ELECTRON_'))
    return {
      ...env,
      ...Object.fromEntries(electronOnly.map((name) => [name, undefined])),
      // Restarts stay in the process we watch.
      OPENCLAW_NO_RESPAWN: '1',
      NO_COLOR: '1',
      NODE_OPTIONS: undefined,
      // A program started from a desktop lacks the PATH of the shell; the gateway's own children need this Node.
      PATH: [path.dirname(spec.node), env['PATH'] ?? ''].filter((part) => part !== '').join(path.delimiter),
    }
  }

  /** Resolves to true when it answers, to false when it ends before that. */
  async #waitUntilReady(spec: ChildSpec, running: RunningProcess): Promise<boolean> {
    const over = new AbortController()
    void running.exited.then(() => over.abort())
    while (!over.signal.aborted) {
      const found = await this.#options.probe(spec.port, spec.tls)
      if (over.signal.aborted) return false
      if (found.state === 'ready') {
        this.#version = found.version
        return true
      }
      await delay(this.#options.clock, probeEveryMs, over.signal).catch(() => undefined)
    }
    return false
  }

  /** The end of a process that is not our child: nothing tells us, so it is looked at now and then. */
  async #pollExit(pid: number, mark: string): Promise<ChildExit> {
    const never = new AbortController().signal
    while ((await processMark(pid, this.#options.spawner)) === mark) {
      await delay(this.#options.clock, this.#state === 'stopping' ? probeEveryMs : adoptedPollMs, never)
    }
    return { code: null, signal: null }
  }

  /** Politely to the gateway alone, which ends its workers itself; a kill takes the whole group. */
  #signal(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#options.log.info('signal to the local gateway', { pid, signal })
    sendSignal(pid, signal, signal === 'SIGKILL')
  }

  #logFile(): string {
    return path.join(this.#options.dir, 'gateway.log')
  }

  #enter(state: ChildState): void {
    this.#state = state
    this.#options.onChange()
  }
}

const describeExit = ({ code, signal }: ChildExit): string =>
  signal === null ? (code === null ? 'it vanished' : `exit code ${code}`) : `ended by ${signal}`
