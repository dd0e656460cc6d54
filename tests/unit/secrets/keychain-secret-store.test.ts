import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import { createRedactor, type Redactor } from '../../../electron/log/redactor.ts'
import { toKeychainError, type Keychain } from '../../../electron/secrets/keychain.ts'
import { openSecretStore, type KeychainSecretStore } from '../../../electron/secrets/keychain-secret-store.ts'
import type { SecretName } from '../../../electron/secrets/secret-store.ts'
import { FakeKeychain } from './fake-keychain.ts'

let dir = ''
let keychain = new FakeKeychain()
let redactor: Redactor = createRedactor()
const token: SecretName = { kind: 'gateway-token', gatewayId: 'gw1' }
const other: SecretName = { kind: 'device-token', gatewayId: 'gw2' }
const value = 'tok-31415926'

const open = (use: Keychain | null = keychain, patienceMs = 250): Promise<KeychainSecretStore> =>
  openSecretStore({
    dataDirId: 'dir-1',
    dataDir: dir,
    gatewayLabels: (id) => (id === 'gw1' ? 'home-server' : null),
    log: silentLogger,
    redactor,
    keychain: use,
    patienceMs,
  })
const dataDirText = async (): Promise<string> => {
  const files = await readdir(dir)
  return (await Promise.all(files.map((file) => readFile(path.join(dir, file), 'utf8')))).join('\n')
}

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-secrets-'))
  keychain = new FakeKeychain()
  redactor = createRedactor()
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('with a keychain', () => {
  it('proves it by a write that it takes back, and keeps values nowhere else', async () => {
    const store = await open()
    expect(store.view()).toMatchObject({ store: 'keychain', storeName: 'Secret Service', reason: null })
    expect(keychain.entries.size).toBe(0)
    await store.set(token, value)
    expect([...keychain.entries]).toEqual([['dir-1/gateway-token/gw1/', value]])
    expect(await dataDirText()).not.toContain(value)
    expect((await stat(path.join(dir, 'secrets.json'))).mode & 0o777).toBe(0o600)
    expect(redactor.redact(`x ${value}`)).toBe('x ***')
  })

  it('shows what is stored, finds it again in the next run, and removes it by its id', async () => {
    await (await open()).set(token, value)
    const store = await open()
    expect(store.view().entries).toEqual([
      {
        id: 'gateway-token/gw1/',
        kind: 'gateway-token',
        gatewayId: 'gw1',
        label: 'Gateway token of home-server',
        place: 'keychain',
      },
    ])
    expect(await store.get(token)).toBe(value)
    let told = 0
    store.onChange(() => (told += 1))
    await store.deleteEntry('gateway-token/gw1/')
    expect(await store.get(token)).toBeNull()
    expect([store.view().entries, keychain.entries.size, told]).toEqual([[], 0, 1])
  })

  it('keeps for this run only what is not to be remembered, and that wins', async () => {
    const store = await open()
    await store.set(token, value)
    await store.set(token, 'typed-once', { remember: false })
    expect(await store.get(token)).toBe('typed-once')
    expect(store.view().entries.map(({ place }) => place)).toEqual(['memory'])
    expect(await (await open()).get(token)).toBe(value)
  })

  it('removes all of a gateway and nothing else', async () => {
    const store = await open()
    await store.set(token, value)
    await store.set({ ...token, kind: 'ssh-passphrase', detail: '/home/ada/.ssh/id' }, 'pass-phrase')
    await store.set({ ...token, kind: 'ssh-password' }, 'pass-word', { remember: false })
    await store.set(other, 'other-value')
    await store.deleteGateway('gw1')
    expect([...keychain.entries.keys()]).toEqual(['dir-1/device-token/gw2/'])
    expect(store.view().entries.map(({ gatewayId }) => gatewayId)).toEqual(['gw2'])
  })

  it('lists an entry again whose index was lost', async () => {
    await (await open()).set(token, value)
    await rm(path.join(dir, 'secrets.json'))
    const store = await open()
    expect(store.view().entries).toEqual([])
    expect(await store.get(token)).toBe(value)
    expect(store.view().entries).toHaveLength(1)
  })

  it('does not lose what another process listed meanwhile', async () => {
    const [one, two] = [await open(), await open()]
    await one.set(token, value)
    await two.set(other, 'other-value')
    expect((await open()).view().entries).toHaveLength(2)
  })
})

describe('with a locked keychain', () => {
  it('never takes it for an empty one, and works on once it is open', async () => {
    await (await open()).set(token, value)
    keychain.problem = 'locked'
    const store = await open()
    expect(store.view().store).toBe('locked')
    await expect(store.get(token)).rejects.toMatchObject({ code: 'secrets.locked' })
    await expect(store.set(token, 'new-value')).rejects.toMatchObject({ code: 'secrets.locked' })
    await expect(store.delete(token)).rejects.toMatchObject({ code: 'secrets.locked' })
    expect(await store.get(other)).toBeNull()
    expect(store.view().store).toBe('locked')
    keychain.problem = null
    expect(await store.get(token)).toBe(value)
    expect(store.view().store).toBe('keychain')
  })

  it('removes the secrets of a removed gateway as soon as it opens', async () => {
    const store = await open()
    await store.set(token, value)
    keychain.problem = 'locked'
    await expect(store.get(token)).rejects.toMatchObject({ code: 'secrets.locked' })
    await store.deleteGateway('gw1')
    expect(store.view().entries[0]?.label).toContain('removed once the keychain is open')
    expect(keychain.entries.size).toBe(1)
    expect(await store.get(token)).toBeNull()
    keychain.problem = null
    expect((await open()).view().entries).toEqual([])
    expect(keychain.entries.size).toBe(0)
  })

  it('does not keep the app waiting for an answer', async () => {
    let unlock = (): void => undefined
    keychain.answer = new Promise((resolve) => (unlock = resolve))
    const store = await open(keychain, 10)
    expect(store.view()).toMatchObject({ store: 'locked', reason: 'the keychain has not answered yet' })
    const changed = new Promise<void>((resolve) => store.onChange(resolve))
    unlock()
    await changed
    expect(store.view().store).toBe('keychain')
  })
})

describe('without a keychain', () => {
  it('keeps everything for this run, says why, and writes nothing down', async () => {
    keychain.problem = 'missing'
    const store = await open()
    await store.set(token, value)
    expect(await store.get(token)).toBe(value)
    expect(store.view()).toMatchObject({
      store: 'memory',
      reason: 'no Secret Service answers here',
      entries: [{ place: 'memory' }],
    })
    expect(await readdir(dir)).toEqual([])
    expect(await (await open()).get(token)).toBeNull()
  })

  it('notices in the middle of a run that it is gone', async () => {
    const store = await open()
    keychain.problem = 'missing'
    await store.set(token, value)
    expect(await store.get(token)).toBe(value)
    expect(store.view().store).toBe('memory')
  })

  it('is asked for nothing when none is wanted', async () => {
    const store = await open(null)
    await store.set(token, value)
    expect(await store.get(token)).toBe(value)
    expect(store.view()).toMatchObject({ store: 'memory', reason: 'this run keeps nothing' })
  })

  it('says what Windows cannot hold, and keeps it for this run', async () => {
    const store = await open()
    keychain.problem = 'too-long'
    await expect(store.set(token, value)).rejects.toMatchObject({ code: 'secrets.unavailable' })
    expect(await store.get(token)).toBe(value)
    expect(store.view().store).toBe('keychain')
  })
})

describe('toKeychainError', () => {
  it.each([
    ["Couldn't access platform storage: Secret Service: unlock prompt was dismissed", 'locked'],
    ['Platform failure: DBus error: Did not receive a reply. Possible causes include: …', 'locked'],
    ['User interaction is not allowed.', 'locked'],
    ["Couldn't access platform storage: Secret Service: no result found", 'missing'],
    [
      'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time',
      'missing',
    ],
    ['A specified logon session does not exist. no such logon session', 'missing'],
    ["Attribute 'password' is longer than platform limit of 2560 chars", 'too-long'],
    ['something new', 'failed'],
  ])('%s', (message, problem) => {
    expect(toKeychainError(new Error(message)).problem).toBe(problem)
  })
})
