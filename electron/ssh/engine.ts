import type { Duplex } from 'node:stream'
import type { EngineChoice } from '../../shared/model/gateway.ts'
import type { AnswerOf, PromptOf } from '../../shared/model/prompt.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { Disposable } from '../platform/disposable.ts'

/** A target as typed, and what overrides its configuration. Only what the user typed is set; the rest is `ssh -G`'s. */
export interface SshTarget {
  /** `user@host[:port]`, `user@[v6]:port` or an alias. */
  readonly target: string
  /** Only this key, no agent, no other file. */
  readonly identityFile: string | null
  /** Another ssh_config instead of the user's; null: the user's own. */
  readonly configFile: string | null
  /** Replaces all known_hosts files; null: the user's, the system's and Hawser's own. */
  readonly knownHostsFile: string | null
  /** Exactly this fingerprint may be accepted without asking, and never over a changed key. `SHA256:…` */
  readonly acceptHostKey: string | null
  readonly engine: EngineChoice
  readonly lowLatencyChannel: boolean
}

/** A target after `ssh -G` (or our own reader of the same keywords, where there is no ssh). */
export interface ResolvedSshTarget {
  readonly target: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** Absolute paths in the order they are tried; only files that exist. */
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** Socket (or Windows pipe) of the agent; null: none. */
  readonly agent: string | null
  /** Name that known_hosts is searched for instead of the host. */
  readonly hostKeyAlias: string | null
  readonly userKnownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  readonly jumps: readonly string[]
  readonly connectTimeoutSeconds: number | null
  /** What the built-in engine cannot do, in words; empty: it can serve. */
  readonly needsOpenSsh: readonly string[]
  readonly source: 'ssh -G' | 'own reader'
}

type Ask<K extends 'host-key' | 'passphrase' | 'ssh-password' | 'ssh-code'> = Omit<
  PromptOf<K>,
  'id' | 'gatewayId' | 'gatewayName' | 'askedAt' | 'kind' | 'canRemember'
>

/**
 * Answers the questions of a sign-in: from what is stored, from the environment, or by asking a person.
 * Each resolves to null for "no" or "not now". Asking never holds a socket: the engine leaves, asks, and comes back.
 */
export interface SshPrompter {
  hostKey(question: Ask<'host-key'>, signal: AbortSignal): Promise<AnswerOf<'host-key'> | null>
  passphrase(question: Ask<'passphrase'>, signal: AbortSignal): Promise<string | null>
  password(question: Ask<'ssh-password'>, signal: AbortSignal): Promise<string | null>
  /** Asked while the server waits (it lets us: LoginGraceTime), since a one-time code cannot be asked for beforehand. */
  code(question: Ask<'ssh-code'>, signal: AbortSignal): Promise<readonly string[] | null>
}

export type SshStageEvent =
  /** TCP stands. */
  | { readonly stage: 'network'; readonly message: string }
  /** Signed in. */
  | { readonly stage: 'ssh'; readonly message: string }

export interface SshOpenOptions {
  readonly signal: AbortSignal
  readonly prompter: SshPrompter
  readonly clock: Clock
  readonly log: Logger
  readonly onStage: (event: SshStageEvent) => void
  /** Hawser's own known_hosts in the data dir: read with the others, and where a yes goes. */
  readonly ownKnownHostsFile: string
}

/** One sign-in at an SSH server, serving many channels. */
export interface SshLink {
  readonly engine: 'builtin' | 'openssh'
  /** Why this engine, in words. */
  readonly engineReason: string
  readonly resolved: ResolvedSshTarget
  /** For example `SSH-2.0-OpenSSH_9.2p1 Debian-2`; empty where the engine cannot know. */
  readonly serverVersion: string
  /**
   * A stream to host:port as seen from the server. Rejects with an AppFailure `forward.*`, or `ssh.lost`.
   * Aborting closes the channel, whenever it opens.
   */
  openChannel(host: string, port: number, signal: AbortSignal): Promise<Duplex>
  /** Epoch-free count of bytes ever received on this connection: if it grows, the peer lives. */
  bytesReceived(): number
  /** Called once, with the reason in words for the log, when the connection is gone for whatever reason (also after close()). */
  onClosed(listener: (reason: string) => void): Disposable
  /** Ends the connection and everything on it. Resolves when the socket (or child) is gone. */
  close(): Promise<void>
}

/** Opens links. Rejects with an AppFailure (`network.*`, `ssh.*`), never with anything else. */
export type OpenSsh = (target: SshTarget, options: SshOpenOptions) => Promise<SshLink>
