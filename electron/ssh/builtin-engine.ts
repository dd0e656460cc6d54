import { failure, type AppFailure } from '../../shared/result.ts'
import { SshAgent } from './agent.ts'
import { algorithmsFor } from './algorithms.ts'
import { BuiltinLink, type Transport } from './builtin-link.ts'
import type { SshOpenOptions, SshTarget } from './engine.ts'
import { establish, type Established } from './establish.ts'
import { HostKeyGate } from './host-key-gate.ts'
import { collectCandidates, type KeyCandidates } from './key-candidates.ts'
import type { KeyFiles } from './key-files.ts'
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
  readonly #hostKeys: HostKeyGate
  #password: string | null = null

  constructor(request: BuiltinRequest, options: SshOpenOptions, ports: BuiltinPorts, agent: SshAgent | null) {
    const { host, port, user } = request.resolved
    this.#request = request
    this.#options = options
    this.#ports = ports
    this.#agent = agent
    this.#place = { host, port, user }
    this.#placeName = `${user}@${host}:${port}`
    this.#hostKeys = new HostKeyGate({
      target: request.target,
      resolved: request.resolved,
      acceptedKeys: ports.memory.acceptedHostKeys,
      open: options,
    })
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
      await this.#hostKeys.read()
      const transport = await this.#connect()
      const outcome = await this.#establish(transport, keys)
      switch (outcome.kind) {
        case 'ready':
          return this.#unlessAborted(this.#finish(outcome, transport))
        case 'host-key':
          await this.#hostKeys.settle(outcome.key, (answer) => this.#ask(answer))
          break
        case 'need':
          await this.#settleNeed(outcome.signIn)
          break
        case 'refused':
          throw this.#signInFailed(outcome.signIn, keys.problem)
      }
    }
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

  #establish(transport: Transport, keys: KeyCandidates): Promise<Established> {
    const { resolved } = this.#request
    const { clock, log, signal, prompter } = this.#options
    const { host, user } = this.#place
    return establish({
      transport,
      place: this.#place,
      algorithms: algorithmsFor(this.#hostKeys.knownTypes()),
      acceptHostKey: (key) => this.#hostKeys.accepts(key),
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
