import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepAside, readFileCapped, writeFileAtomic } from '../../../electron/platform/files.ts'

let dir = ''
const at = (name: string): string => path.join(dir, name)
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-files-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('writeFileAtomic', () => {
  it('replaces the file, closes it to others, leaves no temporary file', async () => {
    await writeFile(at('a'), 'old', { mode: 0o644 })
    await writeFileAtomic(at('a'), 'new')
    expect(await readFile(at('a'), 'utf8')).toBe('new')
    expect((await stat(at('a'))).mode & 0o777).toBe(0o600)
    expect(await readdir(dir)).toEqual(['a'])
  })

  it('never writes through a link', async () => {
    await writeFile(at('victim'), 'precious')
    await symlink(at('victim'), at('a'))
    await expect(writeFileAtomic(at('a'), 'new')).rejects.toThrow('not a regular file')
    expect(await readFile(at('victim'), 'utf8')).toBe('precious')
  })

  it('keeps the old content when it fails', async () => {
    await expect(writeFileAtomic(path.join(dir, 'missing', 'a'), 'new')).rejects.toThrow('ENOENT')
    expect(await readdir(dir)).toEqual([])
  })

  it('never shows a reader half a file', async () => {
    const contents = ['x'.repeat(200_000), 'y'.repeat(200_000)]
    await writeFileAtomic(at('a'), contents[0] ?? '')
    const state = { writing: true }
    const reads: string[] = []
    const reader = (async () => {
      while (state.writing) reads.push((await readFileCapped(at('a'), 1_000_000)) ?? '')
    })()
    for (let round = 0; round < 20; round += 1) await writeFileAtomic(at('a'), contents[round % 2] ?? '')
    state.writing = false
    await reader
    expect(reads.length).toBeGreaterThan(0)
    expect(reads.every((read) => contents.includes(read))).toBe(true)
  })
})

describe('readFileCapped', () => {
  it('reads, or answers null where there is nothing', async () => {
    await writeFile(at('a'), 'ä')
    expect(await readFileCapped(at('a'), 10)).toBe('ä')
    expect(await readFileCapped(at('b'), 10)).toBeNull()
  })

  it('refuses what is too large, a directory, and a link unless it may be followed', async () => {
    await writeFile(at('a'), 'x'.repeat(11))
    await symlink(at('a'), at('link'))
    await expect(readFileCapped(at('a'), 10)).rejects.toThrow('larger than 10 bytes')
    await expect(readFileCapped(dir, 10)).rejects.toThrow('not a regular file')
    await expect(readFileCapped(at('link'), 100)).rejects.toThrow('not a regular file')
    expect(await readFileCapped(at('link'), 100, { followLinks: true })).toBe('x'.repeat(11))
  })
})

describe('keepAside', () => {
  it('names what it keeps by the time, and never takes a name twice', async () => {
    const now = Date.UTC(2026, 10, 21, 2, 15, 30)
    await writeFile(at('s.json'), 'one')
    expect(await keepAside(at('s.json'), 'broken', now)).toBe(at('s.json.broken-2026-11-21T02-15-30Z'))
    await writeFile(at('s.json'), 'two')
    expect(await keepAside(at('s.json'), 'broken', now)).toBe(at('s.json.broken-2026-11-21T02-15-30Z-2'))
    expect((await readdir(dir)).sort()).toHaveLength(2)
    expect(await readFile(at('s.json.broken-2026-11-21T02-15-30Z'), 'utf8')).toBe('one')
  })
})
