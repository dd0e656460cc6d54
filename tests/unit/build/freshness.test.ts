import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isFresh, writeStamp } from '../../../build/scripts/support/freshness.ts'

let directory: string
let stamp: string
let source: string
let built: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-fresh-'))
  stamp = path.join(directory, 'stamps', 'part.json')
  source = path.join(directory, 'source.ts')
  built = path.join(directory, 'built.js')
  await writeFile(source, 'one')
  await utimes(source, new Date(1000), new Date(1000))
  await writeFile(built, 'one')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const stampNow = (startedAt = Date.now()): Promise<void> => writeStamp(stamp, [source], [built], startedAt)

test('nothing was built yet', async () => {
  expect(await isFresh(stamp)).toBe(false)
})

test('what was built stays fresh until its source changes', async () => {
  await stampNow()
  expect(await isFresh(stamp)).toBe(true)
  await writeFile(source, 'two')
  expect(await isFresh(stamp)).toBe(false)
})

test('a source of the same size that was changed counts', async () => {
  await stampNow()
  await utimes(source, new Date(2000), new Date(2000))
  expect(await isFresh(stamp)).toBe(false)
})

test('a source or a result that is gone counts', async () => {
  await stampNow()
  await rm(built)
  expect(await isFresh(stamp)).toBe(false)
  await writeFile(built, 'one')
  expect(await isFresh(stamp)).toBe(true)
  await rm(source)
  expect(await isFresh(stamp)).toBe(false)
})

test('a source that changed while it was built from is not taken for built', async () => {
  await stampNow(500)
  expect(await isFresh(stamp)).toBe(false)
})

test('a broken stamp means: build', async () => {
  await stampNow()
  await writeFile(stamp, '{')
  expect(await isFresh(stamp)).toBe(false)
})
