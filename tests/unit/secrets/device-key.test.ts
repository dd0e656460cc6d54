import { createPrivateKey } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import { createRedactor } from '../../../electron/log/redactor.ts'
import { createDeviceKeyStore } from '../../../electron/secrets/device-key.ts'
import { openSecretStore, type KeychainSecretStore } from '../../../electron/secrets/keychain-secret-store.ts'
import { FakeKeychain } from './fake-keychain.ts'

let dir = ''
let keychain = new FakeKeychain()
const redactor = createRedactor()
const file = (): string => path.join(dir, 'device-key.pem')

async function open(): Promise<{ secrets: KeychainSecretStore; load: () => Promise<string> }> {
  const secrets = await openSecretStore({
    dataDirId: 'dir-1',
    dataDir: dir,
    gatewayLabels: () => null,
    log: silentLogger,
    redactor,
    keychain,
  })
  const keys = createDeviceKeyStore({ dataDir: dir, secrets, log: silentLogger, redactor })
  return { secrets, load: () => keys.loadOrCreate() }
}

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-device-'))
  keychain = new FakeKeychain()
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('the key of this device', () => {
  it('is made once, in the keychain, and found again', async () => {
    const first = await open()
    const [pem, again] = await Promise.all([first.load(), first.load()])
    expect(createPrivateKey(pem).asymmetricKeyType).toBe('ed25519')
    expect(again).toBe(pem)
    expect(first.secrets.view()).toMatchObject({
      deviceKeyPlace: 'keychain',
      entries: [{ kind: 'device-key', place: 'keychain' }],
    })
    expect(await (await open()).load()).toBe(pem)
    expect(await readdir(dir)).toEqual(['secrets.json'])
    expect(redactor.redact(pem.split('\n')[1] ?? '')).toBe('***')
  })

  it('blocks while its keychain is locked or away, and is never made a second time', async () => {
    const pem = await (await open()).load()
    keychain.problem = 'locked'
    await expect((await open()).load()).rejects.toMatchObject({ code: 'secrets.locked' })
    keychain.problem = 'missing'
    await expect((await open()).load()).rejects.toMatchObject({ code: 'secrets.unavailable' })
    expect(await readdir(dir)).toEqual(['secrets.json'])
    keychain.problem = null
    expect(await (await open()).load()).toBe(pem)
  })

  it('waits for a keychain that is locked from the first start', async () => {
    keychain.problem = 'locked'
    const { load } = await open()
    await expect(load()).rejects.toMatchObject({ code: 'secrets.locked' })
    expect(keychain.entries.size).toBe(0)
    expect(await readdir(dir)).toEqual([])
    keychain.problem = null
    expect(await load()).toContain('PRIVATE KEY')
  })

  it('is kept in a file where there is no keychain, and stays there when one appears', async () => {
    keychain.problem = 'missing'
    const first = await open()
    const pem = await first.load()
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(first.secrets.view()).toMatchObject({
      deviceKeyPlace: 'file',
      entries: [{ kind: 'device-key', place: 'file' }],
    })
    keychain.problem = null
    expect(await (await open()).load()).toBe(pem)
    expect(keychain.entries.size).toBe(0)
  })

  it('is found without its record, in either place', async () => {
    const pem = await (await open()).load()
    await rm(path.join(dir, 'secrets.json'))
    expect(await (await open()).load()).toBe(pem)
    await rm(path.join(dir, 'secrets.json'))
    keychain.entries.clear()
    keychain.problem = 'missing'
    const inFile = await (await open()).load()
    await rm(path.join(dir, 'secrets.json'))
    expect(await (await open()).load()).toBe(inFile)
  })

  it('is one, however many begin at once', async () => {
    keychain.problem = 'missing'
    const keys = await Promise.all(Array.from({ length: 8 }, async () => (await open()).load()))
    expect(new Set(keys).size).toBe(1)
  })

  it.each(['keychain', 'file'])('is another one after it was removed from the %s', async (place) => {
    if (place === 'file') keychain.problem = 'missing'
    const { secrets, load } = await open()
    const pem = await load()
    await secrets.deleteEntry('device-key//')
    expect(secrets.view().deviceKeyPlace).toBeNull()
    expect(await readdir(dir)).not.toContain('device-key.pem')
    expect(keychain.entries.size).toBe(0)
    expect(await load()).not.toBe(pem)
  })

  it('is never replaced where something else stands in its file', async () => {
    keychain.problem = 'missing'
    await writeFile(file(), 'not a key')
    await expect((await open()).load()).rejects.toMatchObject({ code: 'data.read-failed' })
    expect(await readFile(file(), 'utf8')).toBe('not a key')
  })
})
