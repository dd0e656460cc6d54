import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { SecretEntry, SecretsView } from '../../shared/model/secrets.ts'
import { AppFailure, failure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Redactor } from '../log/redactor.ts'
import { Emitter } from '../platform/disposable.ts'
import {
  keychainName,
  systemKeychain,
  toKeychainError,
  type Keychain,
  type KeychainError,
} from './keychain.ts'
import { SecretIndex, nameOf } from './secret-index.ts'
import { accountOf, entryId, labelOf } from './secret-names.ts'
import type { SecretName, SecretStore } from './secret-store.ts'

export interface OpenSecretStoreOptions {
  /** Of the settings; part of every account. */
  readonly dataDirId: string
  readonly dataDir: string
  /** Name of a saved gateway, for labels; null where it is not saved (any more). */
  readonly gatewayLabels: (gatewayId: string) => string | null
  readonly log: Logger
  readonly redactor: Redactor
  /** Default: the system's. Null: none is to be used, as in the demo. */
  readonly keychain?: Keychain | null
  /** How long opening waits for the keychain's first answer, in ms; after that the state is `locked` until it comes. */
  readonly patienceMs?: number
}

type Mode = SecretsView['store']
const deviceKeyName: SecretName = { kind: 'device-key', gatewayId: null }
const noKeychainWanted = 'this run keeps nothing'
const isFound = (result: string | boolean | null): boolean => result !== null && result !== false

/** Where the device's own key is kept when there is no keychain. */
export const deviceKeyFile = (dataDir: string): string => path.join(dataDir, 'device-key.pem')

/**
 * Opens the secrets of a data dir. Whether the keychain works is proved, not guessed: a known entry is read, or an entry
 * is written and removed again. Rejects with `data.read-failed` only; a keychain that does not work is a state to show.
 */
export async function openSecretStore(options: OpenSecretStoreOptions): Promise<KeychainSecretStore> {
  const index = await SecretIndex.open(options.dataDir)
  const keychain =
    options.keychain === undefined ? systemKeychain({ platform: process.platform }) : options.keychain
  const store = new KeychainSecretStore(options, index, keychain)
  await Promise.race([store.probe(), patience(options.patienceMs ?? 250)])
  return store
}

const patience = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })

/** See {@link SecretStore}. What was set with `remember: false`, or without a keychain, lives in memory only. */
export class KeychainSecretStore implements SecretStore {
  readonly #options: OpenSecretStoreOptions
  readonly #index: SecretIndex
  readonly #keychain: Keychain | null
  readonly #memory = new Map<string, { readonly name: SecretName; readonly value: string; label: string }>()
  readonly #changed: Emitter<void>
  #mode: Mode
  #reason: string | null

  constructor(options: OpenSecretStoreOptions, index: SecretIndex, keychain: Keychain | null) {
    this.#options = options
    this.#index = index
    this.#keychain = keychain
    this.#mode = keychain === null ? 'memory' : 'locked'
    this.#reason = keychain === null ? noKeychainWanted : 'the keychain has not answered yet'
    this.#changed = new Emitter((error) =>
      options.log.error('a secrets listener failed', { error: String(error) }),
    )
  }

  async get(name: SecretName): Promise<string | null> {
    const kept = this.#memory.get(entryId(name))
    if (kept !== undefined) return kept.value
    if (this.#mode === 'memory') return null
    if (this.#index.isDoomed(name)) {
      // Its gateway went away, or to another computer: this value must not be used there.
      await this.#bury()
      return null
    }
    const value = await this.#ask((keychain) => keychain.get(this.#account(name)), isFound)
    if (value === null) return null
    this.#options.redactor.add(value)
    // The index may have been lost; what is found is listed again.
    if (!this.#index.has(name)) await this.#list(name)
    return value
  }

  async set(
    name: SecretName,
    value: string,
    options: { readonly remember?: boolean; readonly label?: string } = {},
  ): Promise<void> {
    this.#options.redactor.add(value)
    const label = options.label ?? labelOf(name, this.#gatewayLabel(name))
    if (options.remember === false || this.#mode === 'memory') {
      this.#remember(name, value, label)
      return
    }
    try {
      await this.#ask((keychain) => keychain.set(this.#account(name), value))
    } catch (error) {
      const gone = error instanceof AppFailure && error.code === 'secrets.unavailable'
      if (gone) this.#remember(name, value, label)
      // There turned out to be no keychain: that is a state, shown in the view, and no failure of this call.
      if (gone && this.#noKeychain()) return
      throw error
    }
    this.#memory.delete(entryId(name))
    await this.#index.add(name, label)
    this.#changed.emit()
  }

  async delete(name: SecretName): Promise<void> {
    this.#memory.delete(entryId(name))
    if (this.#mode === 'memory') {
      await this.#index.doom([name])
    } else {
      await this.#ask((keychain) => keychain.delete(this.#account(name)), isFound)
      await this.#index.remove(name)
    }
    if (name.kind === 'device-key') {
      await rm(deviceKeyFile(this.#options.dataDir), { force: true })
      await this.#index.setDeviceKey(null)
    }
    this.#changed.emit()
  }

  async deleteGateway(gatewayId: string): Promise<void> {
    for (const [id, { name }] of this.#memory) if (name.gatewayId === gatewayId) this.#memory.delete(id)
    const names = this.#index.content.entries.map(nameOf).filter((name) => name.gatewayId === gatewayId)
    await this.#index.doom(names)
    if (this.#mode === 'keychain') await this.#bury()
    this.#changed.emit()
  }

  /** Removes what the view calls `id`. Unknown ids are nothing to remove. */
  async deleteEntry(id: string): Promise<void> {
    const kept = this.#memory.get(id)?.name
    const listed = this.#index.content.entries.map(nameOf).find((name) => entryId(name) === id)
    const name = kept ?? listed ?? (id === entryId(deviceKeyName) ? deviceKeyName : undefined)
    if (name !== undefined) await this.delete(name)
  }

  view(): SecretsView {
    const stored = this.#index.content.entries.map((entry): SecretEntry => {
      const label = entry.doomed === true ? `${entry.label}, removed once the keychain is open` : entry.label
      return {
        id: entryId(nameOf(entry)),
        kind: entry.kind,
        gatewayId: entry.gatewayId,
        label,
        place: 'keychain',
      }
    })
    const kept = [...this.#memory].map(([id, { name, label }]): SecretEntry => {
      return { id, kind: name.kind, gatewayId: name.gatewayId, label, place: 'memory' }
    })
    const keptIds = new Set(kept.map(({ id }) => id))
    return {
      store: this.#mode,
      storeName: this.#keychain?.name ?? keychainName(process.platform),
      reason: this.#reason,
      deviceKeyPlace: this.#index.content.deviceKey,
      entries: [...stored.filter(({ id }) => !keptIds.has(id)), ...kept, ...this.#deviceKeyFile()],
    }
  }

  onChange(listener: () => void): { dispose(): void } {
    return this.#changed.on(listener)
  }

  /** True while a call to the keychain has not come back; see `exitProcess`. */
  busy(): boolean {
    return this.#keychain?.busy() === true
  }

  /** For the device's key: the record of its place. */
  get index(): SecretIndex {
    return this.#index
  }

  /** Says that the record of the device key changed. */
  touch(): void {
    this.#changed.emit()
  }

  /** Finds out whether the keychain works. Never rejects. */
  async probe(): Promise<void> {
    const known = this.#index.content.entries.find(({ doomed }) => doomed !== true)
    try {
      await this.#ask(async (keychain) => {
        const found = known === undefined ? null : await keychain.get(this.#account(nameOf(known)))
        // "No such entry" is what a locked keychain says too: only a value, or a write, is a proof.
        if (found === null) await this.#writeOnce(keychain)
      })
      await this.#bury()
    } catch {
      // #ask has put the state where the view shows it.
    }
  }

  async #writeOnce(keychain: Keychain): Promise<void> {
    const account = `${this.#options.dataDirId}/probe/${randomUUID()}`
    await keychain.set(account, 'probe')
    await keychain.delete(account)
  }

  /**
   * Every word with the keychain goes through here, so that the state always is what it last said. `proves`: whether
   * the result shows that it is open (a locked one, too, says that an entry is absent).
   */
  async #ask<T>(
    act: (keychain: Keychain) => Promise<T>,
    proves: (result: T) => boolean = () => true,
  ): Promise<T> {
    if (this.#keychain === null) throw failure('secrets.unavailable', { reason: noKeychainWanted })
    try {
      const result = await act(this.#keychain)
      if (proves(result)) this.#enter('keychain', null)
      return result
    } catch (error) {
      throw this.#toFailure(toKeychainError(error), this.#keychain)
    }
  }

  #toFailure(error: KeychainError, keychain: Keychain): AppFailure {
    this.#options.log.warn('keychain', { problem: error.problem, reason: error.message })
    const extras = { detail: error.message, cause: error }
    switch (error.problem) {
      case 'locked':
        this.#enter('locked', `the ${keychain.name} is locked or does not answer`)
        return failure('secrets.locked', {}, extras)
      case 'missing':
        this.#enter('memory', `no ${keychain.name} answers here`)
        return failure('secrets.unavailable', { reason: `no ${keychain.name} answers here` }, extras)
      case 'too-long':
        return failure('secrets.unavailable', { reason: error.message }, extras)
      case 'failed':
        this.#enter('locked', `the ${keychain.name} reports: ${error.message}`)
        return failure('secrets.locked', {}, extras)
    }
  }

  #enter(mode: Mode, reason: string | null): void {
    if (this.#mode === mode && this.#reason === reason) return
    this.#mode = mode
    this.#reason = reason
    this.#changed.emit()
  }

  /** Removes what belongs to gateways that are gone; what cannot be removed now stays listed. */
  async #bury(): Promise<void> {
    for (const entry of this.#index.content.entries.filter(({ doomed }) => doomed === true)) {
      const name = nameOf(entry)
      try {
        await this.#ask((keychain) => keychain.delete(this.#account(name)), isFound)
      } catch {
        return
      }
      await this.#index.remove(name)
    }
  }

  #noKeychain(): boolean {
    return this.#mode === 'memory'
  }

  #remember(name: SecretName, value: string, label: string): void {
    this.#memory.set(entryId(name), { name, value, label })
    this.#changed.emit()
  }

  async #list(name: SecretName): Promise<void> {
    await this.#index.add(name, labelOf(name, this.#gatewayLabel(name)))
    this.#changed.emit()
  }

  #deviceKeyFile(): readonly SecretEntry[] {
    if (this.#index.content.deviceKey !== 'file') return []
    const id = entryId(deviceKeyName)
    return [{ id, kind: 'device-key', gatewayId: null, label: labelOf(deviceKeyName, null), place: 'file' }]
  }

  #gatewayLabel({ gatewayId }: SecretName): string | null {
    return gatewayId === null ? null : this.#options.gatewayLabels(gatewayId)
  }

  #account(name: SecretName): string {
    return accountOf(this.#options.dataDirId, name)
  }
}
