import type { AppError } from '../../shared/result.ts'
import { noEnvironmentSecrets, type EnvironmentSecrets } from '../app/sign-in.ts'
import { createSignIn, type SignIn } from '../app/sign-in.ts'
import type { PromptPort } from '../app/prompt-board.ts'
import type { SharedRooms } from '../app/shared-rooms.ts'
import type { AttemptRooms, AttemptTarget } from '../connection/attempt.ts'
import { defaultScopes } from '../gateway/scopes.ts'
import type { SshLink } from '../ssh/engine.ts'
import type { CommonFlags } from './arguments.ts'
import type { Output, ResolvedFacts } from './output.ts'
import type { CliTarget } from './target.ts'

/** Everything a verb that reaches a gateway works with. */
export interface VerbContext {
  readonly rooms: SharedRooms
  readonly flags: CommonFlags
  readonly target: CliTarget
  readonly output: Output
  readonly signIn: SignIn
  /** False where nobody can be asked. */
  readonly interactive: boolean
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

/** Secrets of the environment; an empty variable counts as absent. */
export function readEnvironmentSecrets(environment: NodeJS.ProcessEnv): EnvironmentSecrets {
  const read = (name: string): string | null => {
    const value = environment[name]
    return value === undefined || value === '' ? null : value
  }
  return {
    ...noEnvironmentSecrets,
    token: read('HAWSER_TOKEN'),
    password: read('HAWSER_PASSWORD'),
    sshPassword: read('HAWSER_SSH_PASSWORD'),
    sshPassphrase: read('HAWSER_SSH_PASSPHRASE'),
    sshCode: read('HAWSER_SSH_OTP'),
  }
}

/** The sign-in of a command-line run: nothing typed or given by the environment outlives it. */
export function createCliSignIn(
  rooms: SharedRooms,
  target: CliTarget,
  prompts: PromptPort,
  environment: EnvironmentSecrets,
): SignIn {
  return createSignIn({
    // An id no saved gateway can have, so that a target that is not saved never meets a saved one's secrets.
    gatewayId: target.gatewayId ?? `unsaved:${target.name}`,
    promptGatewayId: null,
    gatewayName: () => target.name,
    prompts,
    secrets: rooms.secrets,
    environment,
  })
}

export function attemptTarget({ target, flags, rooms }: VerbContext): AttemptTarget {
  const { place } = target
  return {
    place,
    name: target.name,
    scopes: defaultScopes,
    ssh:
      place.kind === 'ssh'
        ? {
            target: place.target,
            identityFile: place.identityFile,
            configFile: flags.sshConfig,
            knownHostsFile: flags.knownHosts,
            acceptHostKey: flags.acceptHostKey,
            engine: place.engine,
            lowLatencyChannel: rooms.settings.get().preferences.lowLatencyChannel,
          }
        : null,
  }
}

export function attemptRooms({ rooms, signIn }: VerbContext): AttemptRooms {
  return {
    ...rooms.attempt,
    prompter: signIn.asker.ssh,
    instanceId: rooms.settings.get().instanceId,
    identity: rooms.identity,
    localEndpoint: (port) => rooms.local.endpoint(port),
    credentials: () => signIn.credentials(),
    // Only the app keeps device tokens: a verb writes nothing.
    onDeviceToken: () => {},
    clock: rooms.clock,
    log: rooms.log.child('link'),
  }
}

/** What is known of where the target leads, for the closing line. */
export function resolvedFacts({ place, name }: CliTarget, link: SshLink | null): ResolvedFacts {
  switch (place.kind) {
    case 'ssh':
      return {
        kind: 'ssh',
        name,
        host: link?.resolved.host ?? null,
        port: link?.resolved.port ?? null,
        user: link?.resolved.user ?? null,
        remotePort: place.remotePort,
      }
    case 'direct':
      return { kind: 'direct', name, url: place.url }
    case 'local':
      return { kind: 'local', name, port: place.port }
  }
}

/** Errors a person can mend at the prompt. */
export function questionOf(error: AppError): 'token' | 'password' | 'pairing' | null {
  switch (error.code) {
    case 'auth.token-missing':
    case 'auth.token-wrong':
    case 'auth.redacted-token':
    case 'auth.device-refused':
      return 'token'
    case 'auth.password-missing':
    case 'auth.password-wrong':
      return 'password'
    case 'pairing.required':
    case 'pairing.scope-upgrade':
    case 'pairing.metadata-changed':
    case 'pairing.role-upgrade':
      return 'pairing'
    default:
      return null
  }
}
