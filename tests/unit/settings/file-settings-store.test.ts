import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import { openSettingsStore } from '../../../electron/settings/file-settings-store.ts'
import type { SettingsStore } from '../../../electron/settings/settings-store.ts'

const sample = fileURLToPath(new URL('settings-version-1.json', import.meta.url))
const now = Date.UTC(2026, 10, 21, 2, 15, 30)
let dir = ''
let count = 0

const file = (): string => path.join(dir, 'settings.json')
const open = (owner = true): Promise<SettingsStore> =>
  openSettingsStore({
    dataDir: dir,
    clock: { now: () => now },
    log: silentLogger,
    random: () => `id-number-${(count += 1)}`,
    owner,
  })

beforeEach(async () => {
  count = 0
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-settings-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('openSettingsStore', () => {
  it('begins a file with ids of its own that the next start finds again', async () => {
    const first = await open()
    expect(first.keptAside).toBeNull()
    expect(first.get()).toMatchObject({ dataDirId: 'id-number-1', instanceId: 'id-number-2', gateways: [] })
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect((await open()).get()).toEqual(first.get())
  })

  it('lets two that begin at once agree on one file', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => open(false)))
    expect(new Set(stores.map((store) => store.get().dataDirId)).size).toBe(1)
    expect(await readdir(dir)).toEqual(['settings.json'])
  })

  it('reads a file of version 1, with defaults for what it does not name', async () => {
    await cp(sample, file())
    const settings = (await open()).get()
    expect(settings.gateways.map(({ name }) => name)).toEqual(['home-server', 'tailnet', 'This computer'])
    expect(settings.selectedGatewayId).toBe('a2')
    expect(settings.preferences).toMatchObject({
      theme: 'dark',
      onQuitLocalGateway: 'stop',
      sendWith: 'enter',
    })
  })

  it.each([
    ['no JSON', '{"version": 1,'],
    ['no version', '{"gateways": []}'],
    ['no object', '[]'],
    ['a wrong field', '{"version":1,"dataDirId":"12345678","instanceId":"12345678","gateways":7}'],
    ['nothing', ''],
  ])('keeps a file with %s aside under a name, and begins anew', async (_what, text) => {
    await writeFile(file(), text)
    const store = await open()
    const aside = path.join(dir, 'settings.json.broken-2026-11-21T02-15-30Z')
    expect(store.keptAside).toBe(aside)
    expect(await readFile(aside, 'utf8')).toBe(text)
    expect(store.get().gateways).toEqual([])
    expect((await open()).keptAside).toBeNull()
  })

  it('keeps the ids of a broken file, since keychain and pairing hang on them', async () => {
    const whole = await readFile(sample, 'utf8')
    await writeFile(file(), whole.slice(0, -40))
    const { dataDirId, instanceId } = (await open()).get()
    expect(dataDirId).toBe('0b7e7a52-3f0f-4b3c-9a55-0f6d6f0f1d11')
    expect(instanceId).toBe('5d0f6f0a-7b8f-4c6d-8b7b-2f9c0a1b2c3d')
  })

  it('never overwrites the file of a newer version', async () => {
    await writeFile(file(), '{"version": 99, "future": true}')
    const store = await open()
    expect(store.keptAside).toBe(path.join(dir, 'settings.json.newer-2026-11-21T02-15-30Z'))
    expect(await readFile(store.keptAside ?? '', 'utf8')).toBe('{"version": 99, "future": true}')
  })

  it('moves nothing for a face that does not own the data dir', async () => {
    await writeFile(file(), 'broken')
    await expect(open(false)).rejects.toMatchObject({ code: 'data.read-failed' })
    expect(await readdir(dir)).toEqual(['settings.json'])
  })
})

describe('update', () => {
  it('applies concurrent changes one after the other, and tells after each', async () => {
    const store = await open()
    let told = 0
    store.onChange(() => (told += 1))
    const add = (id: string): Promise<void> =>
      store.update((settings) => ({
        ...settings,
        gateways: [
          ...settings.gateways,
          { id, name: id, place: { kind: 'local', port: null }, wanted: false, demo: false },
        ],
      }))
    await Promise.all(['a', 'b', 'c', 'd'].map(add))
    expect(store.get().gateways.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect((await open()).get().gateways.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(told).toBe(4)
  })

  it('surfaces an error of writing and leaves memory as it was; the next change works', async () => {
    const store = await open()
    const before = store.get()
    await rm(file())
    await mkdir(file())
    const select = (id: string): Promise<void> =>
      store.update((settings) => ({ ...settings, selectedGatewayId: id }))
    await expect(select('x')).rejects.toMatchObject({ code: 'data.write-failed' })
    expect(store.get()).toBe(before)
    await rm(file(), { recursive: true })
    await select('y')
    expect(store.get().selectedGatewayId).toBe('y')
  })

  it('goes on after a change that throws', async () => {
    const store = await open()
    await expect(
      store.update(() => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await store.update((settings) => ({ ...settings, selectedGatewayId: null }))
  })

  it('is refused to a face that does not own the data dir', async () => {
    await open()
    const reader = await open(false)
    await expect(
      reader.update((settings) => ({ ...settings, selectedGatewayId: 'x' })),
    ).rejects.toMatchObject({ code: 'data.write-failed' })
  })

  it('closes a file that others could read', async () => {
    const store = await open()
    await chmod(file(), 0o644)
    await store.update((settings) => ({ ...settings, selectedGatewayId: 'x' }))
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })
})
