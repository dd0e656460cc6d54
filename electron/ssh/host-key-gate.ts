import { failure } from '../../shared/result.ts'
import type { SshOpenOptions, SshTarget } from './engine.ts'
import { compareCommand, fingerprintOf, keyTypeOf, plainKeyType } from './host-key.ts'
import { addKnownHostsLine } from './known-hosts-file.ts'
import { KnownHosts, knownHostsName, readKnownHosts } from './known-hosts.ts'
import type { FullyResolvedTarget } from './resolve-target.ts'

export interface HostKeyGateOptions {
  readonly target: SshTarget
  readonly resolved: FullyResolvedTarget
  /** Keys accepted for this run, by known_hosts name: where there is no file a yes may go to. */
  readonly acceptedKeys: Map<string, Buffer>
  readonly open: Pick<SshOpenOptions, 'prompter' | 'signal' | 'log' | 'ownKnownHostsFile'>
}

/** Decides about a server's host key. Deciding never waits; asking happens when the connection is gone. */
export class HostKeyGate {
  readonly #options: HostKeyGateOptions
  readonly #name: string
  #known = new KnownHosts([])

  constructor(options: HostKeyGateOptions) {
    const { host, port, hostKeyAlias } = options.resolved
    this.#options = options
    this.#name = knownHostsName(host, port, hostKeyAlias)
  }

  /** Reads the files anew: they may have changed since the last connection. */
  async read(): Promise<void> {
    const { resolved, target, open } = this.#options
    const [theirs, ours] = await Promise.all([
      readKnownHosts([...resolved.userKnownHostsFiles, ...resolved.globalKnownHostsFiles]),
      target.knownHostsFile === null ? readKnownHosts([open.ownKnownHostsFile]) : [],
    ])
    this.#known = new KnownHosts([theirs, ours])
  }

  /** Types of the keys that are known for this server. */
  knownTypes(): readonly string[] {
    const { host, port, hostKeyAlias } = this.#options.resolved
    return this.#known.knownTypes(host, port, hostKeyAlias)
  }

  /** Whether this key may be trusted as things stand. */
  accepts(key: Buffer): boolean {
    const { host, port, hostKeyAlias } = this.#options.resolved
    const verdict = this.#known.check(key, host, port, hostKeyAlias)
    if (verdict.kind !== 'unknown') return verdict.kind === 'known'
    const accepted = this.#options.acceptedKeys.get(this.#name)
    if (accepted !== undefined) return accepted.equals(key)
    return this.#options.target.acceptHostKey === fingerprintOf(key)
  }

  /**
   * Settles a key that was turned down: asks about an unknown one. Resolves when it was accepted and is known from now
   * on; throws `ssh.host-key-*` otherwise. `ask` waits for an answer for as long as the link is wanted.
   */
  async settle(key: Buffer, ask: <T>(answer: Promise<T>) => Promise<T>): Promise<void> {
    const { resolved, target, open, acceptedKeys } = this.#options
    const { host, port } = resolved
    const type = keyTypeOf(key)
    const fingerprint = fingerprintOf(key)
    const facts = { host, port, keyType: plainKeyType(type), fingerprint }
    const verdict = this.#known.check(key, host, port, resolved.hostKeyAlias)
    if (verdict.kind === 'revoked') {
      throw failure('ssh.host-key-revoked', { ...facts, file: `${verdict.file}:${verdict.line}` })
    }
    if (verdict.kind === 'changed') {
      throw failure('ssh.host-key-changed', {
        ...facts,
        expected: verdict.expected,
        file: `${verdict.file}:${verdict.line}`,
        command: `ssh-keygen -R '${verdict.name}' -f '${verdict.file}'`,
      })
    }
    const earlier = acceptedKeys.get(this.#name)
    if (earlier !== undefined) {
      throw failure('ssh.host-key-changed', { ...facts, expected: fingerprintOf(earlier) })
    }
    // Exactly the key that was named, and no other: nobody is asked about a different one.
    if (target.acceptHostKey !== null) throw failure('ssh.host-key-unknown', facts)
    const line = `${this.#name} ${type} ${key.toString('base64')}`
    const userFile = resolved.userKnownHostsFiles[0] ?? ''
    const answer = await ask(
      open.prompter.hostKey({ ...facts, compareCommand: compareCommand(type), userFile, line }, open.signal),
    )
    if (answer === null || answer.fingerprint !== fingerprint) throw failure('ssh.host-key-unknown', facts)
    const add = async (file: string, own: boolean): Promise<void> => {
      try {
        await addKnownHostsLine(file, line, { private: own })
      } catch (error) {
        open.log.warn('a host key could not be written down', { file, error: String(error) })
        // A file that cannot be written must not make a yes worthless.
        acceptedKeys.set(this.#name, key)
      }
    }
    // Where the user's choice of file replaces ours, a yes holds for this run, or goes there when it is said to.
    if (target.knownHostsFile === null) await add(open.ownKnownHostsFile, true)
    else if (!answer.addToUserFile) acceptedKeys.set(this.#name, key)
    if (answer.addToUserFile && userFile !== '') await add(userFile, false)
  }
}
