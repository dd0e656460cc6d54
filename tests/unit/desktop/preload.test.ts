import { readFile } from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildBundle } from '../../../build/scripts/support/bundles.ts'
import { callChannel, eventChannel, listeningChannel } from '../../../shared/contract/channels.ts'
import { commandNames } from '../../../shared/contract/index.ts'
import { loadPreload, type LoadedPreload } from '../../stubs/preload-host.ts'

let outDir = ''
let source = ''
let preload: LoadedPreload

beforeAll(async () => {
  outDir = await mkdtemp(path.join(tmpdir(), 'hawser-preload-'))
  const { outputs } = await buildBundle('preload', 'error', { outDir })
  expect(outputs.map((file) => path.basename(file))).toEqual(['preload.cjs'])
  source = await readFile(path.join(outDir, 'preload.cjs'), 'utf8')
}, 60_000)
afterAll(() => rm(outDir, { recursive: true, force: true }))
beforeEach(() => {
  preload = loadPreload(source)
})

describe('the built preload', () => {
  it('is one small file that needs nothing but electron', () => {
    expect(preload.required).toEqual(['electron'])
    expect(source).not.toMatch(/\bimport\s*\(|sourceMappingURL/)
    expect(source.length).toBeLessThan(8 * 1024)
  })

  it('exposes exactly one frozen thing with two functions, and no Electron', () => {
    expect(Object.keys(preload.exposed)).toEqual(['hawser'])
    const { hawser } = preload.exposed
    expect(Object.keys(hawser!)).toEqual(['call', 'on'])
    expect(Object.isFrozen(hawser)).toBe(true)
  })

  it('passes every command of the contract, and no other name', async () => {
    for (const name of commandNames) await preload.hawser.call(name, { some: 'input' })
    expect(preload.invoked).toEqual(commandNames.map((name) => [callChannel, name, { some: 'input' }]))
    preload.invoked.length = 0
    const strangers = ['app.snapshots', '', 'toString', '__proto__', 'constructor', null, 7, {}, ['app.quit']]
    for (const name of strangers) await preload.hawser.call(name as string, {})
    expect(preload.invoked).toEqual(strangers.map(() => [callChannel, null, {}]))
  })

  it('hands events on without the sender, until told to stop', () => {
    const heard: unknown[][] = []
    const stop = preload.hawser.on((...all: unknown[]) => heard.push(all))
    expect(preload.sent).toEqual([[listeningChannel]])
    preload.receive(eventChannel, { name: 'sessions.changed' })
    preload.receive('another:channel', { name: 'evil' })
    stop()
    preload.receive(eventChannel, { name: 'late' })
    expect(heard).toEqual([[{ name: 'sessions.changed' }]])
  })
})
