import { readFile, stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { ParsedKey } from 'ssh2'
import { failure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { KeyWorkerInput } from './key-worker.ts'
import { decryptOpenSsh, describeKeyText, parseKeyText, type DecryptedKey } from './private-key.ts'

/** A key file that can be offered to a server. */
export interface KeyFile {
  readonly file: string
  /** Wire form; null where only the passphrase would tell. */
  readonly publicKey: Buffer | null
  /** Null while the passphrase is missing, and for a file that holds the public half only. */
  readonly privateKey: ParsedKey | null
  readonly encrypted: boolean
}

const largestKeyFile = 256 * 1024

/**
 * Reads key files and keeps opened ones in memory until the file changes, so that a reconnect asks nothing and waits
 * for no key derivation. One per process.
 */
export class KeyFiles {
  readonly #opened = new Map<string, { readonly stamp: string; readonly key: ParsedKey }>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** Throws `ssh.key-unreadable` or `ssh.key-unsupported`. */
  async load(file: string): Promise<KeyFile> {
    const { text, stamp } = await read(file)
    const known = this.#opened.get(file)
    if (known?.stamp === stamp) {
      return { file, publicKey: known.key.getPublicSSH(), privateKey: known.key, encrypted: false }
    }
    const description = describeKeyText(text)
    switch (description.kind) {
      case 'unsupported':
        throw failure('ssh.key-unsupported', { file, reason: description.reason })
      case 'public':
        return { file, publicKey: description.publicKey, privateKey: null, encrypted: false }
      case 'private': {
        if (description.encrypted) {
          const publicKey = description.publicKey ?? (await publicHalf(file))
          return { file, publicKey, privateKey: null, encrypted: true }
        }
        const parsed = parseKeyText(text)
        if (parsed.kind !== 'key') {
          throw failure('ssh.key-unsupported', {
            file,
            reason: parsed.kind === 'unsupported' ? parsed.reason : 'it is damaged',
          })
        }
        return { file, publicKey: parsed.key.getPublicSSH(), privateKey: parsed.key, encrypted: false }
      }
    }
  }

  /** Opens an encrypted key and remembers it. False: the passphrase is wrong. Throws like {@link load}. */
  async unlock(file: string, passphrase: string, signal: AbortSignal): Promise<boolean> {
    const { text, stamp } = await read(file)
    let pem = text
    let own: string | undefined = passphrase
    if (text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) {
      const output = await this.#decrypt({ text, passphrase }, signal)
      if (output.kind === 'wrong-passphrase') return false
      if (output.kind === 'unsupported') {
        throw failure('ssh.key-unsupported', { file, reason: output.reason })
      }
      pem = output.pem
      own = undefined
    }
    const parsed = parseKeyText(pem, own)
    if (parsed.kind === 'wrong-passphrase') return false
    if (parsed.kind === 'unsupported') throw failure('ssh.key-unsupported', { file, reason: parsed.reason })
    this.#opened.set(file, { stamp, key: parsed.key })
    return true
  }

  async #decrypt(input: KeyWorkerInput, signal: AbortSignal): Promise<DecryptedKey> {
    try {
      return await decryptInWorker(input, signal)
    } catch (error) {
      signal.throwIfAborted()
      // Better a short stall than no connection, should the worker's file be missing.
      this.#log.warn('the key worker cannot run; opening the key here', { error: String(error) })
      return decryptOpenSsh(input.text, input.passphrase)
    }
  }
}

function decryptInWorker(input: KeyWorkerInput, signal: AbortSignal): Promise<DecryptedKey> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const name = import.meta.url.endsWith('.ts') ? './key-worker.ts' : './key-worker.js'
    const worker = new Worker(new URL(name, import.meta.url), {
      workerData: input,
      env: {},
      stdout: false,
      stderr: false,
    })
    const onAbort = (): void => {
      void worker.terminate()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => {
      signal.removeEventListener('abort', onAbort)
      reject(new Error('the worker ended without an answer'))
    })
  })
}

async function read(file: string): Promise<{ readonly text: string; readonly stamp: string }> {
  try {
    const { size, mtimeMs } = await stat(file)
    if (size > largestKeyFile) throw failure('ssh.key-unsupported', { file, reason: 'it is far too large' })
    return { text: await readFile(file, 'utf8'), stamp: `${size} ${mtimeMs}` }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error
    throw failure('ssh.key-unreadable', { file, reason: reasonOf(String(error.code)) }, { cause: error })
  }
}

function reasonOf(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'this account may not read it'
    case 'EISDIR':
      return 'it is a folder'
    default:
      return code
  }
}

/** Public key from the `.pub` file beside a private one, if it is there. */
async function publicHalf(file: string): Promise<Buffer | null> {
  const text = await readFile(`${file}.pub`, 'utf8').catch(() => '')
  const description = describeKeyText(text)
  return description.kind === 'public' ? description.publicKey : null
}
