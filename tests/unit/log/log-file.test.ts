import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLogFile } from '../../../electron/log/log-file.ts'

let dir = ''
const file = (): string => path.join(dir, 'log', 'hawser.log')
const line = (number: number): string => `line ${String(number).padStart(3, '0')}\n`

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-log-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('the log file', () => {
  it('keeps the newest lines in three files, each under the limit', async () => {
    const log = openLogFile({ file: file(), maxBytes: 90 })
    for (let number = 1; number <= 50; number += 1) log.write(line(number))
    log.close()
    expect((await readdir(path.dirname(file()))).sort()).toEqual([
      'hawser.1.log',
      'hawser.2.log',
      'hawser.log',
    ])
    const read = (name: string): Promise<string> => readFile(path.join(dir, 'log', name), 'utf8')
    const all = (await read('hawser.2.log')) + (await read('hawser.1.log')) + (await read('hawser.log'))
    expect(all.endsWith(line(49) + line(50))).toBe(true)
    expect(all.startsWith('line 0')).toBe(true)
    for (const name of await readdir(path.dirname(file()))) {
      const found = await stat(path.join(dir, 'log', name))
      expect(found.size).toBeLessThanOrEqual(90)
      expect(found.mode & 0o777).toBe(0o600)
    }
  })

  it('goes on where the last run ended, and closes a file that stood open', async () => {
    await mkdir(path.dirname(file()))
    await writeFile(file(), 'old\n')
    await chmod(file(), 0o644)
    const log = openLogFile({ file: file() })
    log.write('new\n')
    log.close()
    expect(await readFile(file(), 'utf8')).toBe('old\nnew\n')
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  it('never writes through a link and never throws; it writes again when it can', async () => {
    await mkdir(path.dirname(file()))
    await writeFile(path.join(dir, 'victim'), 'precious')
    await symlink(path.join(dir, 'victim'), file())
    const log = openLogFile({ file: file() })
    log.write('one\n')
    expect(await readFile(path.join(dir, 'victim'), 'utf8')).toBe('precious')
    await rm(file())
    log.write('two\n')
    log.close()
    expect(await readFile(file(), 'utf8')).toBe('two\n')
  })
})
