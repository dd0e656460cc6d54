import type { SecretKind, SecretsView } from '../../shared/model/secrets.ts'

/** Names one secret. `gatewayId` and `detail` (a key file, a role) keep equal kinds apart. */
export interface SecretName {
  readonly kind: SecretKind
  readonly gatewayId: string | null
  readonly detail?: string | undefined
}

/**
 * The one port to secrets: the OS keychain, or this run's memory where there is none. Never plain text on disk.
 * Account names carry the data dir's id, so that two data dirs never share an entry.
 * Every method may reject with an AppFailure `secrets.locked`; a locked keychain is never mistaken for an empty one.
 */
export interface SecretStore {
  get(name: SecretName): Promise<string | null>
  /** `remember: false` keeps it in this run's memory only. */
  set(
    name: SecretName,
    value: string,
    options?: { readonly remember?: boolean; readonly label?: string },
  ): Promise<void>
  delete(name: SecretName): Promise<void>
  /** Removes everything that belongs to a gateway. */
  deleteGateway(gatewayId: string): Promise<void>
  /** Removes the secret behind one entry of {@link view}, by its id. An unknown id does nothing. */
  deleteEntry(entryId: string): Promise<void>
  /** What is stored where, without the values. */
  view(): SecretsView
  onChange(listener: () => void): { dispose(): void }
}

/** The device's own Ed25519 key, as PKCS#8 PEM. One per data dir; a locked keychain blocks rather than minting another. */
export interface DeviceKeyStore {
  loadOrCreate(): Promise<string>
}
