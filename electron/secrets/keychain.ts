import { AsyncEntry } from '@napi-rs/keyring'

/**
 * `missing`: there is no keychain here. `locked`: there is one, but it does not open (or does not answer) now.
 * `too-long`: the system cannot hold a value of this length. `failed`: anything else.
 */
export type KeychainProblem = 'missing' | 'locked' | 'too-long' | 'failed'

/** Why the keychain did not do it. The message is the system's own and never holds a value. */
export class KeychainError extends Error {
  readonly problem: KeychainProblem

  constructor(problem: KeychainProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeychainError'
    this.problem = problem
  }
}

/** The keychain of the operating system, one entry per account. Every method rejects with {@link KeychainError}. */
export interface Keychain {
  /** As people know it: `Secret Service`, `Keychain`, `Credential Manager`. */
  readonly name: string
  /** Null: there is no such entry, for certain. */
  get(account: string): Promise<string | null>
  set(account: string, value: string): Promise<void>
  /** Resolves to whether there was one. */
  delete(account: string): Promise<boolean>
  /** True while a call has not come back, as when the system's own dialog is open. See `exitProcess`. */
  busy(): boolean
}

export interface KeychainOptions {
  readonly platform: NodeJS.Platform
  /** How long a person gets to answer the system's dialog, in ms. Default one minute. */
  readonly timeoutMs?: number
}

const service = 'Hawser'
/** Windows holds 2,560 bytes a value, and the library stores UTF-16. */
const longestOnWindows = 1280

/** Names of the stores, as the settings page shows them. */
export function keychainName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Keychain'
  if (platform === 'win32') return 'Credential Manager'
  return 'Secret Service'
}

/**
 * The system's keychain through `@napi-rs/keyring`. On Linux it is pinned to the Secret Service: left alone the library
 * falls back to the kernel's keyring, which forgets at reboot and answers "no entry" meanwhile.
 *
 * A call that waits for a dialog cannot be cancelled (measured: an AbortSignal changes nothing) and holds one of the
 * few threads that files and name look-ups need too. So there is never more than one, and while it hangs the others
 * are told `locked` at once.
 */
export function systemKeychain(options: KeychainOptions): Keychain {
  const timeoutMs = options.timeoutMs ?? 60_000
  const entries = new Map<string, AsyncEntry>()
  let queue: Promise<unknown> = Promise.resolve()
  let hanging = false
  let running = 0

  const entry = (account: string): AsyncEntry => {
    const known = entries.get(account)
    if (known !== undefined) return known
    // Connects already, and throws where there is no service.
    const made = new AsyncEntry(service, account, { linux: { store: 'secret-service' } })
    entries.set(account, made)
    return made
  }
  const call = <T>(account: string, act: (entry: AsyncEntry) => Promise<T>): Promise<T> => {
    if (hanging) return Promise.reject(new KeychainError('locked', 'the keychain waits for an answer'))
    running += 1
    const done = queue.then(async () => act(entry(account)))
    queue = done
      .catch(() => undefined)
      .then(() => {
        running -= 1
        hanging = false
      })
    return withTimeout(done, timeoutMs, () => {
      hanging = true
    }).catch((error: unknown) => {
      throw toKeychainError(error)
    })
  }
  return {
    name: keychainName(options.platform),
    get: (account) => call(account, (found) => found.getPassword()),
    set: (account, value) => {
      if (options.platform === 'win32' && value.length > longestOnWindows) {
        const limit = `Windows keeps at most ${longestOnWindows} characters a secret; this one has ${value.length}`
        return Promise.reject(new KeychainError('too-long', limit))
      }
      return call(account, (found) => found.setPassword(value))
    },
    delete: (account) => call(account, (found) => found.deletePassword()),
    busy: () => running > 0,
  }
}

function withTimeout<T>(work: Promise<T>, ms: number, onTimeout: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onTimeout()
      reject(new KeychainError('locked', 'the keychain did not answer in time'))
    }, ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** The library gives all errors one code, so their words have to tell them apart. */
export function toKeychainError(error: unknown): KeychainError {
  if (error instanceof KeychainError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new KeychainError(problemOf(message), message, { cause: error })
}

function problemOf(message: string): KeychainProblem {
  // Linux: dismissed or locked; a service that hangs. macOS: errSecInteractionNotAllowed, errSecUserCanceled, errSecAuthFailed.
  if (/dismissed|locked|did not receive a reply|timed? ?out/i.test(message)) return 'locked'
  if (/interaction is not allowed|user canceled|passphrase you entered|-25308|-128\b|-25293/i.test(message)) {
    return 'locked'
  }
  // "no result found": a service without any collection, as on a machine where nobody ever logged in graphically.
  if (
    /no result found|D-?Bus error|ServiceUnknown|no such logon session|no default store|NoSuchObject/i.test(
      message,
    )
  ) {
    return 'missing'
  }
  if (/longer than|too long/i.test(message)) return 'too-long'
  return 'failed'
}
