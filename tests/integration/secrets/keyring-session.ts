/**
 * Runs inside `dbus-run-session`: starts a real gnome-keyring on that bus, plays the steps of argv[2] (JSON) on the app's
 * own secret store, and prints what came of them as one JSON line. Ends the keyring it started.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '../../../electron/log/logger.ts'
import { createRedactor } from '../../../electron/log/redactor.ts'
import { createDeviceKeyStore } from '../../../electron/secrets/device-key.ts'
import { openSecretStore } from '../../../electron/secrets/keychain-secret-store.ts'
import type { SecretName } from '../../../electron/secrets/secret-store.ts'
import { toAppError } from '../../../shared/result.ts'

type Step =
  | { readonly do: 'set'; readonly name: SecretName; readonly value: string }
  | { readonly do: 'get' | 'delete'; readonly name: SecretName }
  | { readonly do: 'delete-gateway'; readonly gatewayId: string }
  | { readonly do: 'view' | 'device-key' | 'open' }
  /** Locks the collection, as a screen lock or an explicit lock does. */
  | { readonly do: 'lock' }

export interface Play {
  readonly dataDir: string
  readonly dataDirId: string
  /** The keyring is unlocked with this; null: it is started without, and stays locked where it has a password. */
  readonly password: string | null
  /** False: no keyring on this bus at all. */
  readonly keyring: boolean
  readonly steps: readonly Step[]
}

const play = JSON.parse(process.argv[2] ?? '') as Play
const redactor = createRedactor()

const openStore = () =>
  openSecretStore({
    dataDirId: play.dataDirId,
    dataDir: play.dataDir,
    gatewayLabels: () => 'home-server',
    log: silentLogger,
    redactor,
    // Long enough that the store's first word is the keychain's, on a machine that is busy.
    patienceMs: 10_000,
  })

async function startKeyring(password: string | null): Promise<ChildProcess> {
  const args = ['--foreground', '--components=secrets', ...(password === null ? [] : ['--unlock'])]
  const keyring = spawn('gnome-keyring-daemon', args, { stdio: ['pipe', 'pipe', 'ignore'] })
  keyring.stdin.end(password ?? '')
  const deadline = Date.now() + 10_000
  while (!ownsName() && Date.now() < deadline) await sleep(50)
  return keyring
}

function ownsName(): boolean {
  const call = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus']
  const ask = 'org.freedesktop.DBus.NameHasOwner'
  const { stdout } = spawnSync('dbus-send', [...call, ask, 'string:org.freedesktop.secrets'], {
    encoding: 'utf8',
  })
  return stdout.includes('boolean true')
}

function lockCollection(): void {
  const collection = '/org/freedesktop/secrets/collection/login'
  const call = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets']
  spawnSync('dbus-send', [...call, 'org.freedesktop.Secret.Service.Lock', `array:objpath:${collection}`])
}

const keyring = play.keyring ? await startKeyring(play.password) : null
const results: unknown[] = []
let store = await openStore()
for (const step of play.steps) {
  try {
    results.push(await run(step))
  } catch (error) {
    results.push({ code: toAppError(error).code })
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`)
if (keyring !== null) {
  keyring.kill('SIGTERM')
  await once(keyring, 'exit')
}

async function run(step: Step): Promise<unknown> {
  switch (step.do) {
    case 'set':
      await store.set(step.name, step.value)
      return 'set'
    case 'get':
      return store.get(step.name)
    case 'delete':
      await store.delete(step.name)
      return 'deleted'
    case 'delete-gateway':
      await store.deleteGateway(step.gatewayId)
      return 'deleted'
    case 'view':
      return store.view()
    case 'open':
      store = await openStore()
      return 'opened'
    case 'device-key':
      return createDeviceKeyStore({
        dataDir: play.dataDir,
        secrets: store,
        log: silentLogger,
        redactor,
      }).loadOrCreate()
    case 'lock':
      lockCollection()
      return 'locked'
  }
}
