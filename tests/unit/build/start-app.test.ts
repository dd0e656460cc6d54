import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApp, type StartPorts } from '../../../build/scripts/support/start-app.ts'

let packageDir: string

beforeEach(async () => {
  packageDir = await mkdtemp(path.join(tmpdir(), 'hawser-electron-'))
})
afterEach(() => rm(packageDir, { recursive: true, force: true }))

async function installRuntime(directory = path.join(packageDir, 'dist')): Promise<string> {
  await mkdir(directory, { recursive: true })
  await writeFile(path.join(directory, 'electron'), '')
  return path.join(directory, 'electron')
}

interface Run {
  readonly code: number
  readonly lines: readonly string[]
  /** What was built and started, in order. */
  readonly steps: readonly string[]
}

async function start(changes: Partial<StartPorts> = {}): Promise<Run> {
  const lines: string[] = []
  const steps: string[] = []
  const code = await startApp({
    packageDir,
    platform: 'linux',
    env: { DISPLAY: ':0' },
    userId: 1000,
    args: ['--data-dir', '/data'],
    fetchCommand: [process.execPath, '-e', 'process.exit(1)'],
    fetchTimeoutMs: 20_000,
    say: (line) => lines.push(line),
    progress: () => {},
    build(names) {
      steps.push(`build ${names.join(' ')}`)
      return Promise.resolve()
    },
    runElectron(executable) {
      steps.push(`electron ${executable}`)
      return Promise.resolve(0)
    },
    runBrowserFace(args) {
      steps.push(args.join(' '))
      return Promise.resolve(0)
    },
    ...changes,
  })
  return { code, lines, steps }
}

const browserFace = ['build cli key-worker renderer', 'serve --data-dir /data']

test('the runtime is there: the tray app', async () => {
  const executable = await installRuntime()
  const { code, lines, steps } = await start()
  expect(code).toBe(0)
  expect(steps).toEqual(['build icons main preload key-worker renderer', `electron ${executable}`])
  expect(lines).toEqual([])
})

test('the runtime is elsewhere', async () => {
  const directory = path.join(packageDir, 'elsewhere')
  const executable = await installRuntime(directory)
  const { steps } = await start({ env: { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: directory } })
  expect(steps[1]).toBe(`electron ${executable}`)
})

test.each([
  ['linux', {}, 1000, 'there is no display here'],
  ['linux', { DISPLAY: ':0' }, 0, 'does not run as root'],
] as const)(
  'no desktop: the browser, and nothing is fetched (%s %o %s)',
  async (platform, env, userId, words) => {
    await installRuntime()
    const fetchCommand = [
      process.execPath,
      '-e',
      `require('fs').writeFileSync(${JSON.stringify(path.join(packageDir, 'fetched'))}, '')`,
    ] as const
    const { code, lines, steps } = await start({ platform, env, userId, fetchCommand: [...fetchCommand] })
    expect(code).toBe(0)
    expect(steps).toEqual(browserFace)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(words)
  },
)

test('no runtime: it is fetched, then the tray app starts', async () => {
  const script = `
    const fs = require('fs')
    fs.mkdirSync(${JSON.stringify(path.join(packageDir, 'dist'))})
    fs.writeFileSync(${JSON.stringify(path.join(packageDir, 'dist', 'electron'))}, '')`
  const { steps, lines } = await start({ fetchCommand: [process.execPath, '-e', script] })
  expect(steps[1]).toBe(`electron ${path.join(packageDir, 'dist', 'electron')}`)
  expect(lines).toHaveLength(1)
})

test.each([
  ['fails', [process.execPath, '-e', 'throw new Error("ENOTFOUND")']],
  ['is missing', ['/nonexistent/fetch']],
] as const)('no runtime, and the fetching %s: one line, and the browser', async (_, fetchCommand) => {
  const { code, lines, steps } = await start({ fetchCommand: [...fetchCommand] })
  expect(code).toBe(0)
  expect(steps).toEqual(browserFace)
  expect(lines.at(-1)).toContain('could not be fetched')
  expect(lines.join('\n')).not.toMatch(/^\s+at /m)
})

test('fetching that takes too long is ended with all it started', async () => {
  const pidFile = path.join(packageDir, 'pid')
  const script = `
    const { spawn } = require('child_process')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid))
    setInterval(() => {}, 1000)`
  const seen: string[] = []
  const { steps } = await start({
    fetchCommand: [process.execPath, '-e', script],
    fetchTimeoutMs: 1500,
    progress: (text) => seen.push(text),
  })
  expect(steps).toEqual(browserFace)
  expect(seen[0]).toContain('s of 2 s')
  expect(seen.at(-1)).toBe('')
  const pid = Number(await readFile(pidFile, 'utf8'))
  await expect.poll(() => isAlive(pid)).toBe(false)
})

test('an Electron that cannot start is no reason not to have the app', async () => {
  await installRuntime()
  const { code, lines, steps } = await start({ runElectron: () => Promise.resolve(127) })
  expect(code).toBe(0)
  expect(steps.slice(1)).toEqual(browserFace)
  expect(lines[0]).toContain('exit code 127')
})

test('a build that fails is one line and a code', async () => {
  const { code, lines, steps } = await start({
    env: {},
    build: () => Promise.reject(new Error('the build failed')),
  })
  expect(code).toBe(1)
  expect(steps).toEqual([])
  expect(lines.at(-1)).toBe('Hawser could not be started: the build failed')
})

test('an interrupt is the usual end, not a failure', async () => {
  expect((await start({ env: {}, runBrowserFace: () => Promise.resolve(130) })).code).toBe(0)
  await installRuntime()
  expect((await start({ runElectron: () => Promise.resolve(130) })).code).toBe(0)
})

/** A process that was killed but that nobody has waited for yet is dead. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    const status = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
    return !/\) Z /.test(status)
  } catch {
    return false
  }
}
