import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultDataDir, ensureDataDir, ensurePrivateDir } from '../../../electron/platform/data-dir.ts'

describe('defaultDataDir', () => {
  it.each([
    ['linux', {}, '/home/ada', '/home/ada/.config/hawser'],
    ['linux', { XDG_CONFIG_HOME: '/cfg' }, '/home/ada', '/cfg/hawser'],
    ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/ada', '/home/ada/.config/hawser'],
    ['darwin', {}, '/Users/ada', '/Users/ada/Library/Application Support/Hawser'],
    ['win32', { APPDATA: 'D:\\Roaming' }, 'C:\\Users\\ada', 'D:\\Roaming\\Hawser'],
    ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\AppData\\Roaming\\Hawser'],
  ] as const)('%s with %o', (platform, env, home, expected) => {
    expect(defaultDataDir(env, platform, home)).toBe(expected)
  })
})

describe('ensureDataDir', () => {
  let base = ''
  beforeEach(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'hawser-dir-'))
  })
  afterEach(() => rm(base, { recursive: true, force: true }))

  it('makes it for this user only, with its parents', async () => {
    const dir = path.join(base, 'a', 'b')
    await ensureDataDir(dir)
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
  })

  it('closes one that stood open', async () => {
    await chmod(base, 0o755)
    await ensureDataDir(base)
    expect((await stat(base)).mode & 0o777).toBe(0o700)
  })

  it('refuses a file in its place', async () => {
    const file = path.join(base, 'file')
    await writeFile(file, '')
    await expect(ensureDataDir(file)).rejects.toMatchObject({ code: 'data.write-failed' })
    await expect(ensurePrivateDir(file)).rejects.toThrow('somebody else')
  })
})
