import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withBuildLock } from '../../../build/scripts/support/build-lock.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-lock-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('one after the other, and nothing is left', async () => {
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const one = withBuildLock(directory, 5000, async () => {
    order.push('one begins')
    await first.promise
    order.push('one ends')
  })
  await expect.poll(() => order).toEqual(['one begins'])
  const two = withBuildLock(directory, 5000, () => Promise.resolve(order.push('two')))
  first.resolve()
  await Promise.all([one, two])
  expect(order).toEqual(['one begins', 'one ends', 'two'])
  expect(await readdir(directory)).toEqual([])
})

test('a failure lets go of it', async () => {
  await expect(withBuildLock(directory, 1000, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withBuildLock(directory, 1000, () => Promise.resolve('yes'))).toBe('yes')
})

test('the lock of a process that is gone is taken over', async () => {
  await mkdir(path.join(directory, 'lock'))
  // Above every pid that Linux hands out.
  await writeFile(path.join(directory, 'lock', 'pid'), '99999999')
  expect(await withBuildLock(directory, 5000, () => Promise.resolve('yes'))).toBe('yes')
})

test('somebody else who never ends is named, not waited for without end', async () => {
  await mkdir(path.join(directory, 'lock'))
  await writeFile(path.join(directory, 'lock', 'pid'), String(process.pid))
  await expect(withBuildLock(directory, 0, () => Promise.resolve())).rejects.toThrow(
    path.join(directory, 'lock'),
  )
})
