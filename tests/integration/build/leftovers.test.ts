import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { endLeftovers, markEnvironment } from '../../../build/scripts/support/leftovers.ts'

/** Starts a process that hands on to a grandchild in a session of its own, and ends. Resolves to the grandchild's pid. */
function leaveBehind(env: NodeJS.ProcessEnv, script: string): Promise<number> {
  const parent = `
    const { spawn } = require('child_process')
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(script)}], { detached: true, stdio: 'ignore' })
    child.unref()
    process.stdout.write(String(child.pid))`
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', parent], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.once('error', reject)
    child.once('close', () => resolve(Number(text)))
  })
}

test('what a suite left behind is found wherever it went, ended and named', async () => {
  const { env, mark } = markEnvironment(process.env)
  const pid = await leaveBehind(env, 'setInterval(() => {}, 1000)')
  const found = await endLeftovers(mark, 0)
  expect(found.map((one) => one.pid)).toEqual([pid])
  expect(found[0]?.command).toContain('setInterval')
  await expect.poll(() => endLeftovers(mark, 0)).toEqual([])
})

test('what is about to end by itself is given the time', async () => {
  const { env, mark } = markEnvironment(process.env)
  await leaveBehind(env, 'setTimeout(() => {}, 300)')
  expect(await endLeftovers(mark, 20_000)).toEqual([])
})

test('the processes of another suite are left alone', async () => {
  const one = markEnvironment(process.env)
  const two = markEnvironment(process.env)
  const pid = await leaveBehind(one.env, 'setInterval(() => {}, 1000)')
  expect(await endLeftovers(two.mark, 0)).toEqual([])
  expect((await endLeftovers(one.mark, 0)).map((left) => left.pid)).toEqual([pid])
})
