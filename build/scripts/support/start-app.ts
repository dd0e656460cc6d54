import { spawn } from 'node:child_process'
import path from 'node:path'
import { browserParts, desktopParts, type BuildPart } from '../build.ts'
import { runCommandLine } from './command-line.ts'
import { buildQuietly } from './build-quietly.ts'
import { electronExecutable, noDesktopReason, type RuntimePlace } from './electron-runtime.ts'
import { runProgram } from './programs.ts'
import { inProject, projectRoot } from './project.ts'

/** How long fetching Electron's runtime may take. */
const fetchTimeoutMs = 60_000
/** An Electron that ends with an error this soon never was an app: a library is missing, a sandbox is forbidden. */
const stillbornMs = 10_000

/** What `npm start` needs of the machine; tests put their own in. */
export interface StartPorts extends RuntimePlace {
  readonly userId: number | undefined
  /** Passed on to the app. */
  readonly args: readonly string[]
  /** The program that fetches the runtime. */
  readonly fetchCommand: readonly [command: string, ...args: string[]]
  readonly fetchTimeoutMs: number
  /** One line for the person at the terminal. */
  readonly say: (line: string) => void
  /** A passing word that the next one replaces; an empty one ends it. */
  readonly progress: (text: string) => void
  readonly build: (names: readonly BuildPart[], onStart: () => void) => Promise<void>
  /** Runs Electron to its end. */
  readonly runElectron: (executable: string, args: readonly string[]) => Promise<number>
  /** Becomes the command line; resolves to the exit code as far as it is known. */
  readonly runBrowserFace: (args: readonly string[]) => Promise<number>
}

/**
 * Opens the tray app, or the same app in the browser where there is no desktop or no runtime. Resolves to the exit
 * code. Never rejects: whatever goes wrong is one line and a code.
 */
export async function startApp(ports: StartPorts): Promise<number> {
  try {
    const reason = await startTrayApp(ports)
    if (typeof reason === 'number') return usualEnd(reason)
    ports.say(`No tray app: ${reason}. Hawser opens in the browser instead.`)
    await ports.build(browserParts, () => ports.say('Building Hawser…'))
    return usualEnd(await ports.runBrowserFace(['serve', ...ports.args]))
  } catch (error) {
    ports.say(`Hawser could not be started: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }
}

/** Ctrl-C is how one ends an app at a terminal; npm need not call it a failure. */
const usualEnd = (code: number): number => (code === 130 ? 0 : code)

/** The exit code of the tray app, or why there is none, in words. */
async function startTrayApp(ports: StartPorts): Promise<number | string> {
  const reason = noDesktopReason(ports.platform, ports.env, ports.userId)
  if (reason !== null) return reason
  const executable = electronExecutable(ports) ?? (await fetchRuntime(ports))
  if (executable === null) return "Electron's runtime is not here and could not be fetched"
  await ports.build(desktopParts, () => ports.say('Building Hawser…'))
  const startedAt = performance.now()
  const code = await ports.runElectron(executable, [projectRoot, ...ports.args])
  const stillborn = code !== 0 && code !== 130 && performance.now() - startedAt < stillbornMs
  return stillborn ? `Electron ended at once (exit code ${code})` : code
}

async function fetchRuntime(ports: StartPorts): Promise<string | null> {
  const seconds = Math.round(ports.fetchTimeoutMs / 1000)
  ports.say(`Electron's runtime is fetched, once (at most ${seconds} s)…`)
  const startedAt = performance.now()
  const ticking = setInterval(() => {
    ports.progress(`  ${Math.round((performance.now() - startedAt) / 1000)} s of ${seconds} s`)
  }, 1000)
  const [command, ...args] = ports.fetchCommand
  try {
    await runProgram(command, args, {
      timeoutMs: ports.fetchTimeoutMs,
      env: { ...ports.env },
    })
  } finally {
    clearInterval(ticking)
    ports.progress('')
  }
  return electronExecutable(ports)
}

/** The machine as it is. */
export function systemStartPorts(args: readonly string[]): StartPorts {
  const packageDir = inProject('node_modules', 'electron')
  return {
    packageDir,
    platform: process.platform,
    env: process.env,
    userId: process.getuid?.(),
    args,
    fetchCommand: [process.execPath, path.join(packageDir, 'install.js')],
    fetchTimeoutMs,
    say: (line) => process.stderr.write(`${line}\n`),
    progress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`)
    },
    build: buildQuietly,
    runElectron,
    runBrowserFace: async (serveArgs) => {
      await runCommandLine(serveArgs)
      return Number(process.exitCode ?? 0)
    },
  }
}

/** Electron in our own process group, so that Ctrl-C reaches it as it reaches us; we wait for it to end. */
function runElectron(executable: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    // Where this is set (a terminal inside an Electron app), Electron would run as plain Node.
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
    const child = spawn(executable, args, { stdio: 'inherit', env })
    const stay = (): void => {}
    const forward = (): void => {
      child.kill('SIGTERM')
    }
    process.on('SIGINT', stay)
    process.on('SIGTERM', forward)
    process.on('SIGHUP', forward)
    const finish = (code: number): void => {
      process.off('SIGINT', stay)
      process.off('SIGTERM', forward)
      process.off('SIGHUP', forward)
      resolve(code)
    }
    child.once('error', () => finish(127))
    child.once('exit', (code, signal) => finish(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}
