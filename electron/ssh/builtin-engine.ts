import { failure, type AppFailure } from '../../shared/result.ts'
import { SshAgent } from './agent.ts'
import { algorithmsFor } from './algorithms.ts'
import { BuiltinLink, type Transport } from './builtin-link.ts'
import type { SshOpenOptions, SshTarget } from './engine.ts'
import { establish, type Established } from './establish.ts'
import { compareCommand, fingerprintOf, keyTypeOf, plainKeyType } from './host-key.ts'
import { collectCandidates, type KeyCandidates } from './key-candidates.ts'
import type { KeyFiles } from './key-files.ts'
import { addKnownHostsLine } from './known-hosts-file.ts'
import { KnownHosts, knownHostsName, readKnownHosts, type HostKeyVerdict } from './known-hosts.ts'
import type { FullyResolvedTarget } from './resolve-target.ts'
import type { SignIn } from './sign-in.ts'
import type { SshEnvironment } from './ssh-environment.ts'
import { abortFailure, type Place } from './ssh-failures.ts'
import { connectTcp } from './tcp.ts'

/** What the engine remembers between connections, in this process only. */
interface SignInMemory {
  /** Host keys accepted for this run, by known_hosts name: where there is no file a yes may go to. */
  readonly acceptedHostKeys: Map<string, Buffer>
  /** Places where a password was the way in last time, so that it is at hand before connecting. */
  readonly passwordPlaces: Set<string>
  /** Places that do not let us open a session: not tried again. */
  readonly sessionRefused: Set<string>
}

export interface BuiltinPorts {
  readonly environment: SshEnvironment
  readonly keyFiles: KeyFiles
  readonly memory: SignInMemory
}

export interface BuiltinRequest {
  readonly target: SshTarget
  readonly resolved: FullyResolvedTarget
  readonly engineReason: string
  /** The jump host's link to connect through. Stays open while a person is asked: it is signed in already. */
  readonly below: BuiltinLink | null
}

const tcpMs = 10_000
const mostPassphrases = 3

/** Signs in with ssh2. Every question is asked while no socket waits, but for one-time codes. */
export async function openBuiltin(
  request: BuiltinRequest,
  options: SshOpenOptions,
  ports: BuiltinPorts,
): Promise<BuiltinLink> {
  const { resolved } = request
  const agent = resolved.agent === null ? null : new SshAgent(resolved.agent, options.clock)
  try {
    return await new Opening(request, options, ports, agent).run()
  } finally {
    agent?.dispose()
  }
}

/** One opening of a link: as many connections as there are questions to ask, and none more. */
class Opening {
  readonly #request: BuiltinRequest
  readonly #options: SshOpenOptions
  readonly #ports: BuiltinPorts
  readonly #agent: SshAgent | null
  readonly #place: Place
  readonly #placeName: string
  readonly #hostKeyName: string
  #password: string | null = null

  constructor(request: BuiltinRequest, options: SshOpenOptions, ports: BuiltinPorts, agent: SshAgent | null) {
    const { host, port, user, hostKeyAlias } = request.resolved
    this.#request = request
    this.#options = options
    this.#ports = ports
    this.#agent = agent
    this.#place = { host, port, user }
    this.#placeName = `${user}@${host}:${port}`
    this.#hostKeyName = knownHostsName(host, port, hostKeyAlias)
  }

  async run(): Promise<BuiltinLink> {
    if (this.#ports.memory.passwordPlaces.has(this.#placeName)) {
      this.#password = await this.#askPassword(false)
      if (this.#password === null) throw failure('ssh.password-needed', this.#place)
    }
    for (;;) {
      this.#options.signal.throwIfAborted()
      const keys = await collectCandidates(this.#request.resolved, {
        keyFiles: this.#ports.keyFiles,
        agent: this.#agent,
        log: this.#options.log,
        signal: this.#options.signal,
        chosenKeyOnly: this.#request.target.identityFile !== null,
      })
      const knownHosts = await this.#readKnownHosts()
      const transport = await this.#connect()
      const outcome = await this.#establish(transport, keys, knownHosts)
      switch (outcome.kind) {
        case 'ready':
          return this.#unlessAborted(this.#finish(outcome, transport))
        case 'host-key':
          await this.#settleHostKey(outcome.key, this.#verdict(outcome.key, knownHosts))
          break
        case 'need':
          await this.#settleNeed(outcome.signIn)
          break
        case 'refused':
          throw this.#signInFailed(outcome.signIn, keys.problem)
      }
    }
  }

  async #readKnownHosts(): Promise<KnownHosts> {
    const { resolved, target } = this.#request
    const [theirs, ours] = await Promise.all([
      readKnownHosts([...resolved.userKnownHostsFiles, ...resolved.globalKnownHostsFiles]),
      target.knownHostsFile === null ? readKnownHosts([this.#options.ownKnownHostsFile]) : [],
    ])
    return new KnownHosts([theirs, ours])
  }

  async #connect(): Promise<Transport> {
    const { resolved, below } = this.#request
    const { clock, signal, onStage } = this.#options
    const { host, port } = this.#place
    if (below !== null) return below.openStream(host, port, signal)
    const socket = await connectTcp({
      place: this.#place,
      family: resolved.family,
      timeoutMs: resolved.connectTimeoutSeconds === null ? tcpMs : resolved.connectTimeoutSeconds * 1000,
      clock,
      signal,
      platform: this.#ports.environment.platform,
    })
    const address = socket.remoteAddress ?? host
    onStage({ stage: 'network', message: `${address.includes(':') ? `[${address}]` : address}:${port}` })
    return socket
  }

  #establish(transport: Transport, keys: KeyCandidates, knownHosts: KnownHosts): Promise<Established> {
    const { resolved } = this.#request
    const { clock, log, signal, prompter } = this.#options
    const { host, port, user } = this.#place
    return establish({
      transport,
      place: this.#place,
      algorithms: algorithmsFor(knownHosts.knownTypes(host, port, resolved.hostKeyAlias)),
      acceptHostKey: (key) => this.#accepts(key, this.#verdict(key, knownHosts)),
      candidates: keys.candidates,
      password: this.#password,
      askCode: ({ instruction, fields }) =>
        prompter.code({ user, host, instruction, fields: [...fields] }, signal),
      connectTimeoutMs:
        resolved.connectTimeoutSeconds === null ? null : resolved.connectTimeoutSeconds * 1000,
      clock,
      log,
      signal,
    })
  }

  #finish(ready: Extract<Established, { kind: 'ready' }>, transport: Transport): BuiltinLink {
    const { memory } = this.#ports
    const { target, resolved, engineReason, below } = this.#request
    if (ready.signIn.passwordSent) memory.passwordPlaces.add(this.#placeName)
    else memory.passwordPlaces.delete(this.#placeName)
    const link = new BuiltinLink({
      client: ready.client,
      transport,
      place: this.#place,
      resolved,
      engineReason,
      serverVersion: ready.serverVersion,
      below,
      clock: this.#options.clock,
      log: this.#options.log,
    })
    const by = ready.signIn.tried.at(-1)
    const message = `signed in as ${this.#place.user}${by === undefined ? '' : `, ${by}`}`
    this.#options.onStage({ stage: 'ssh', message })
    this.#options.log.info(message, { server: ready.serverVersion, engine: 'builtin' })
    const slow = delaysSmallPackets(ready.serverVersion) && !memory.sessionRefused.has(this.#placeName)
    if (target.lowLatencyChannel && slow) {
      void link.switchOnLowLatency().then((allowed) => {
        if (!allowed) memory.sessionRefused.add(this.#placeName)
      })
    }
    return link
  }

  /** A link that comes up at the moment it is no longer wanted is closed here: nobody else knows of it. */
  async #unlessAborted(link: BuiltinLink): Promise<BuiltinLink> {
    const { signal } = this.#options
    if (!signal.aborted) return link
    await link.close()
    throw abortFailure(signal)
  }

  #verdict(key: Buffer, knownHosts: KnownHosts): HostKeyVerdict {
    const { host, port } = this.#place
    return knownHosts.check(key, host, port, this.#request.resolved.hostKeyAlias)
  }

  #accepts(key: Buffer, verdict: HostKeyVerdict): boolean {
    if (verdict.kind === 'known') return true
    if (verdict.kind !== 'unknown') return false
    const accepted = this.#ports.memory.acceptedHostKeys.get(this.#hostKeyName)
    if (accepted !== undefined) return accepted.equals(key)
    return this.#request.target.acceptHostKey === fingerprintOf(key)
  }

  /** Resolves when the key was accepted by a person and is known from now on; throws otherwise. */
  async #settleHostKey(key: Buffer, verdict: HostKeyVerdict): Promise<void> {
    const { host, port } = this.#place
    const { target, resolved } = this.#request
    const { prompter, signal, ownKnownHostsFile, log } = this.#options
    const { acceptedHostKeys } = this.#ports.memory
    const keyType = plainKeyType(keyTypeOf(key))
    const fingerprint = fingerprintOf(key)
    const facts = { host, port, keyType, fingerprint }
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
    const earlier = acceptedHostKeys.get(this.#hostKeyName)
    if (earlier !== undefined) {
      throw failure('ssh.host-key-changed', { ...facts, expected: fingerprintOf(earlier) })
    }
    // Exactly the key that was named, and no other: nobody is asked about a different one.
    if (target.acceptHostKey !== null) throw failure('ssh.host-key-unknown', facts)
    const line = `${this.#hostKeyName} ${keyTypeOf(key)} ${key.toString('base64')}`
    const userFile = resolved.userKnownHostsFiles[0] ?? ''
    const answer = await this.#ask(
      prompter.hostKey(
        { host, port, keyType, fingerprint, compareCommand: compareCommand(keyTypeOf(key)), userFile, line },
        signal,
      ),
    )
    if (answer === null || answer.fingerprint !== fingerprint) {
      throw failure('ssh.host-key-unknown', facts)
    }
    const add = async (file: string, own: boolean): Promise<void> => {
      try {
        await addKnownHostsLine(file, line, { private: own })
      } catch (error) {
        log.warn('a host key could not be written down', { file, error: String(error) })
        // A file that cannot be written must not make a yes worthless.
        acceptedHostKeys.set(this.#hostKeyName, key)
      }
    }
    // Where the user's choice of file replaces ours, a yes holds for this run, or goes there when it is said to.
    if (target.knownHostsFile === null) await add(ownKnownHostsFile, true)
    else if (!answer.addToUserFile) acceptedHostKeys.set(this.#hostKeyName, key)
    if (answer.addToUserFile && userFile !== '') await add(userFile, false)
  }

  async #settleNeed(signIn: SignIn): Promise<void> {
    const { need } = signIn
    if (need === null) return
    switch (need.kind) {
      case 'passphrase':
        await this.#unlock(need.file)
        break
      case 'password': {
        const before = this.#password
        this.#password = await this.#askPassword(need.again)
        // The same answer twice comes from a store or the environment: sending it again would only be punished.
        if (this.#password === null || this.#password === before) {
          throw need.again ? this.#signInFailed(signIn, null) : failure('ssh.password-needed', this.#place)
        }
        break
      }
      case 'code':
        throw failure('ssh.code-needed', this.#place)
    }
  }

  #askPassword(again: boolean): Promise<string | null> {
    const { prompter, signal } = this.#options
    const { user, host } = this.#place
    return this.#ask(prompter.password({ user, host, again }, signal))
  }

  async #unlock(file: string): Promise<void> {
    const { prompter, signal } = this.#options
    let before: string | null = null
    for (let tries = 0; tries < mostPassphrases; tries++) {
      const answer: string | null = await this.#ask(
        prompter.passphrase({ keyFile: file, again: before !== null }, signal),
      )
      if (answer === null && before === null) throw failure('ssh.passphrase-needed', { file })
      if (answer === null || answer === before) break
      if (await this.#ports.keyFiles.unlock(file, answer, signal)) return
      before = answer
    }
    throw failure('ssh.passphrase-wrong', { file })
  }

  /** Waits for an answer, but no longer than anybody wants the link. */
  #ask<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this.#options
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(abortFailure(signal))
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  #signInFailed(signIn: SignIn, problem: AppFailure | null): AppFailure {
    // Nothing was offered because the only key could not be read: that is the reason to give.
    if (problem !== null && signIn.tried.length === 0) return problem
    const offered = signIn.offered.filter((method) => method !== 'none').join(', ')
    const tried = signIn.tried.length > 0 ? signIn.tried.join(', ') : 'nothing, as there is no key to offer'
    return failure(
      'ssh.sign-in-failed',
      { ...this.#place, methods: tried },
      { detail: offered === '' ? `tried: ${tried}` : `tried: ${tried}; the server takes: ${offered}` },
    )
  }
}

/** Servers before OpenSSH 10.1 keep Nagle's algorithm on for connections that only forward. */
export function delaysSmallPackets(serverVersion: string): boolean {
  const version = /OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/.exec(serverVersion)
  if (!version) return false
  const [major, minor] = [Number(version[1]), Number(version[2])]
  return major < 10 || (major === 10 && minor < 1)
}
