import type { SecretKind } from '../../shared/model/secrets.ts'
import type { SecretName } from './secret-store.ts'

/** Name of a secret as one string, the same for every run: `gateway-token/<gateway id>/<detail>`. Not a secret itself. */
export function entryId(name: SecretName): string {
  return [name.kind, name.gatewayId ?? '', name.detail ?? ''].map(encodeURIComponent).join('/')
}

/** The keychain account: two data dirs (a demo, a test, another profile) never share an entry. */
export function accountOf(dataDirId: string, name: SecretName): string {
  return `${dataDirId}/${entryId(name)}`
}

const nouns: Readonly<Record<SecretKind, string>> = {
  'gateway-token': 'Gateway token',
  'gateway-password': 'Gateway password',
  'ssh-password': 'SSH password',
  'ssh-passphrase': 'Key passphrase',
  'device-key': 'This device\u2019s own key',
  'device-token': 'Device token',
}

/** In words what it is, and whose. */
export function labelOf(name: SecretName, gatewayLabel: string | null): string {
  const noun = nouns[name.kind]
  const detail = name.detail === undefined || name.detail === '' ? '' : ` (${name.detail})`
  return gatewayLabel === null ? `${noun}${detail}` : `${noun} of ${gatewayLabel}${detail}`
}
