import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { childEnvironment, systemSpawner } from '../../../electron/platform/spawn.ts'

const node = process.execPath
const limits = { timeoutMs: 8000 }
const directories: string[] = []

afterEach(() => {
  vi.unstubAllEnvs()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

test('runs a program without a shell and hands back both outputs and the exit code', async () => {
  const script = 'console.log(process.argv[1]); console.error("e"); process.exitCode = 3'
  const result = await systemSpawner.run(node, ['-e', script, '$(id); *'], limits)
  expect(result).toMatchObject({ code: 3, stdout: '$(id); *\n', stderr: 'e\n', timedOut: false })
})

test('nothing of Hawser reaches a child, whatever the case of the letters', async () => {
  vi.stubEnv('HAWSER_TOKEN', 'secret')
  const script =
    'console.log(Object.keys(process.env).filter((n) => /hawser/i.test(n)).length, process.env.X)'
  const result = await systemSpawner.run(node, ['-e', script], { ...limits, env: { X: 'y' } })
  expect(result.stdout).toBe('0 y\n')
  expect(childEnvironment({ Hawser_A: '1', PATH: '/bin', GONE: 'x' }, { GONE: undefined })).toEqual({
    PATH: '/bin',
  })
})

test('gives input only where there is some: otherwise stdin is at its end at once', async () => {
  const script =
    'let t = ""; process.stdin.on("data", (d) => (t += d)).on("end", () => console.log("[" + t + "]"))'
  expect((await systemSpawner.run(node, ['-e', script], limits)).stdout).toBe('[]\n')
  expect((await systemSpawner.run(node, ['-e', script], { ...limits, input: 'abc' })).stdout).toBe('[abc]\n')
})

test('kills after the timeout and keeps no more than the limit', async () => {
  const slow = await systemSpawner.run(node, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 50 })
  expect(slow).toMatchObject({ timedOut: true, signal: 'SIGKILL', code: null })
  const big = await systemSpawner.run(node, ['-e', 'process.stdout.write("x".repeat(300000))'], {
    ...limits,
    maxBytes: 1000,
  })
  expect(big.stdout.length).toBe(1000)
  expect(big.truncated).toBe(true)
})

test('rejects when a program cannot be started, and when the signal is aborted', async () => {
  await expect(systemSpawner.run('/nonexistent/program', [], limits)).rejects.toMatchObject({
    code: 'ENOENT',
  })
  await expect(systemSpawner.spawnChild('/nonexistent/program', [])).rejects.toMatchObject({ code: 'ENOENT' })
  const abort = new AbortController()
  const running = systemSpawner.run(node, ['-e', 'setInterval(() => {}, 1000)'], {
    ...limits,
    signal: abort.signal,
  })
  abort.abort(new Error('stop'))
  await expect(running).rejects.toThrow('stop')
})

test('a child reports whole lines, also those cut in the middle of a letter', async () => {
  const lines: string[] = []
  const script = `
    const bytes = Buffer.from('één\\r\\ntwo')
    process.stdout.write(bytes.subarray(0, 1), () => setImmediate(() => process.stdout.write(bytes.subarray(1))))`
  const child = await systemSpawner.spawnChild(node, ['-e', script], { onLine: (line) => lines.push(line) })
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(lines).toEqual(['één', 'two'])
})

test('terminate asks first and kills a child that does not listen', async () => {
  let ready = (): void => {}
  const up = new Promise<void>((resolve) => (ready = resolve))
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")'
  const child = await systemSpawner.spawnChild(node, ['-e', script], { onLine: () => ready() })
  await up
  expect(await child.terminate(30)).toEqual({ code: null, signal: 'SIGKILL' })
  expect(await child.terminate(30)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a child that outlives us writes to its own file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hawser-spawn-'))
  directories.push(directory)
  const outputFile = join(directory, 'child.log')
  const child = await systemSpawner.spawnChild(node, ['-e', 'console.log(1); console.error(2)'], {
    outputFile,
    detached: true,
  })
  await child.exited
  expect(readFileSync(outputFile, 'utf8').split('\n').sort()).toEqual(['', '1', '2'])
  expect(statSync(outputFile).mode & 0o777).toBe(0o600)
})
