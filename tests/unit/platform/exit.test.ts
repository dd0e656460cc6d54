import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const exitModule = fileURLToPath(new URL('../../../electron/platform/exit.ts', import.meta.url))
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-exit-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** Ends with `code` while a thread of the pool waits, as it does for a keychain's dialog: here for a pipe nobody opens. */
async function exitWhile(stuck: boolean, code: number): Promise<number | null> {
  const pipe = path.join(dir, 'pipe')
  spawnSync('mkfifo', [pipe])
  const script = `
    import { open } from 'node:fs/promises'
    import { exitProcess } from ${JSON.stringify(exitModule)}
    ${stuck ? `void open(${JSON.stringify(pipe)}, 'r')` : ''}
    setTimeout(() => exitProcess(${code}, ${stuck}), 200)
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const killer = setTimeout(() => child.kill('SIGKILL'), 8000)
  const [ended] = (await once(child, 'exit')) as [number | null]
  clearTimeout(killer)
  return ended
}

it('ends with its code although a thread waits for ever', async () => {
  expect(await exitWhile(true, 15)).toBe(15)
})

it('ends with its code', async () => {
  expect(await exitWhile(false, 16)).toBe(16)
})
