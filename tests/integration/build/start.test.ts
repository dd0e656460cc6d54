import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inProject } from '../../../build/scripts/support/project.ts'

let directory: string
let running: ChildProcess | null = null

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-start-'))
})
afterEach(async () => {
  running?.kill('SIGKILL')
  running = null
  await rm(directory, { recursive: true, force: true })
})

interface Script {
  readonly child: ChildProcess
  stdout(): string
  stderr(): string
  readonly exit: Promise<number | null>
}

/** Runs one of the scripts, on a machine without a display. */
const run = (script: string, args: readonly string[]): Script =>
  runProgram(process.execPath, [inProject('build', 'scripts', script), ...args])

/** The same with a shell in between that does not hand signals on, as npm has it. */
const runThroughNpmsShell = (script: string, args: readonly string[]): Script =>
  runProgram('/bin/sh', [
    '-c',
    '"$@"; exit $?',
    'sh',
    process.execPath,
    inProject('build', 'scripts', script),
    ...args,
  ])

function runProgram(command: string, args: readonly string[]): Script {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
  const child = spawn(command, args, {
    env: { ...env, HOME: directory, npm_lifecycle_event: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running = child
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exit: new Promise((resolve) => {
      child.once('close', resolve)
    }),
  }
}

test('npm start without a display says so in one line, serves the app, and Ctrl-C ends it', async () => {
  const start = run('start.mjs', ['--data-dir', path.join(directory, 'data')])
  await expect
    .poll(() => start.stdout(), { timeout: 90_000 })
    .toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#secret=[0-9a-f]{64}\n$/)
  expect(start.stderr()).toContain(
    'No tray app: there is no display here. Hawser opens in the browser instead.\n',
  )
  const url = start.stdout().trim()
  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<script type="module"')
  start.child.kill('SIGINT')
  expect(await start.exit).toBe(0)
  expect(start.stderr()).not.toMatch(/^\s+at /m)
  await expect(fetch(url)).rejects.toThrow()
})

test('the app does not outlive the npm that started it', async () => {
  const data = path.join(directory, 'data')
  const app = runThroughNpmsShell('hawser.mjs', ['serve', '--no-open', '--data-dir', data])
  await expect.poll(() => app.stdout(), { timeout: 90_000 }).toContain('#secret=')
  const url = app.stdout().trim()
  expect((await fetch(url)).status).toBe(200)
  app.child.kill('SIGKILL')
  await expect
    .poll(
      () =>
        fetch(url).then(
          (page) => page.status,
          () => 'gone',
        ),
      { timeout: 10_000 },
    )
    .toBe('gone')
})

test('the command line of a checkout passes on what it prints and how it ends', async () => {
  const version = run('hawser.mjs', ['--version'])
  expect(await version.exit).toBe(0)
  expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(version.stderr()).toBe('')
  const usage = run('hawser.mjs', ['no-such-verb', '--json'])
  expect(await usage.exit).toBe(2)
  expect(JSON.parse(usage.stdout())).toMatchObject({ result: 'failed', exit: 2, code: 'usage' })
})
