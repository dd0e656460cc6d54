import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { failure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Redactor } from '../log/redactor.ts'
import { reasonOf } from '../platform/data-dir.ts'
import { createFileAtomic, readFileCapped } from '../platform/files.ts'
import { deviceKeyFile, type KeychainSecretStore } from './keychain-secret-store.ts'
import type { DeviceKeyStore, SecretName } from './secret-store.ts'

export interface DeviceKeyOptions {
  readonly dataDir: string
  readonly secrets: KeychainSecretStore
  readonly log: Logger
  readonly redactor: Redactor
}

const name: SecretName = { kind: 'device-key', gatewayId: null }
const maxBytes = 16 * 1024

/**
 * The device's own key, by which gateways know this data dir. In the keychain; only where there is none at all, in a
 * 0600 file in the data dir, since losing it would cost every pairing approval. Where it went is recorded, and from
 * then on it is looked for there and nowhere else: a keychain that is locked or away blocks, it never leads to a
 * second identity.
 */
export function createDeviceKeyStore(options: DeviceKeyOptions): DeviceKeyStore {
  let key: string | null = null
  let loading: Promise<string> | null = null
  return {
    loadOrCreate() {
      // Removed by the user meanwhile: the next one is another device.
      const recorded = options.secrets.index.content.deviceKey !== null
      if (key !== null && recorded) return Promise.resolve(key)
      loading ??= load(options)
        .then((found) => (key = found))
        .finally(() => (loading = null))
      return loading
    },
  }
}

async function load(options: DeviceKeyOptions): Promise<string> {
  const { secrets } = options
  switch (secrets.index.content.deviceKey) {
    case 'file':
      return (await readKeyFile(options)) ?? mint(options)
    case 'keychain':
      if (secrets.view().store === 'memory') {
        const reason = 'the key of this device is kept there, and Hawser does not make a second one'
        throw failure('secrets.unavailable', { reason })
      }
      return (await secrets.get(name)) ?? mint(options)
    case null: {
      // The record may have been lost; the key itself may not.
      const stored = await secrets.get(name)
      if (stored !== null) {
        await record(options, 'keychain')
        return stored
      }
      const inFile = await readKeyFile(options)
      if (inFile !== null) await record(options, 'file')
      return inFile ?? mint(options)
    }
  }
}

async function mint(options: DeviceKeyOptions): Promise<string> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  options.redactor.add(pem)
  if (options.secrets.view().store !== 'memory') {
    await options.secrets.set(name, pem)
    if (options.secrets.view().store === 'keychain') {
      await record(options, 'keychain')
      // Another face may have made one at the same moment; the one that stands is the device's.
      return (await options.secrets.get(name)) ?? pem
    }
    await options.secrets.delete(name)
  }
  return mintFile(options, pem)
}

async function mintFile(options: DeviceKeyOptions, pem: string): Promise<string> {
  const file = deviceKeyFile(options.dataDir)
  const created = await createFileAtomic(file, pem).catch((error: unknown) => {
    throw failure('data.write-failed', { file, reason: reasonOf(error) }, { cause: error })
  })
  await record(options, 'file')
  options.log.info('no keychain: the key of this device is kept in a file', { file })
  return created ? pem : ((await readKeyFile(options)) ?? pem)
}

/** Rejects with `data.read-failed` where something else than an Ed25519 key stands in the file. */
async function readKeyFile(options: DeviceKeyOptions): Promise<string | null> {
  const file = deviceKeyFile(options.dataDir)
  try {
    const pem = await readFileCapped(file, maxBytes)
    if (pem === null) return null
    options.redactor.add(pem)
    if (createPrivateKey(pem).asymmetricKeyType !== 'ed25519') throw new Error('it holds another kind of key')
    return pem
  } catch (error) {
    throw failure('data.read-failed', { file, reason: reasonOf(error) }, { cause: error })
  }
}

async function record(options: DeviceKeyOptions, place: 'keychain' | 'file'): Promise<void> {
  await options.secrets.index.setDeviceKey(place)
  options.secrets.touch()
}
