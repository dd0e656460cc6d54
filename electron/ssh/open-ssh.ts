import { AppFailure, failure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Spawner } from '../platform/spawn.ts'
import { openBuiltin, type BuiltinPorts } from './builtin-engine.ts'
import type { BuiltinLink } from './builtin-link.ts'
import type { OpenSsh, SshOpenOptions, SshTarget } from './engine.ts'
import { KeyFiles } from './key-files.ts'
import { resolveSshTarget, type FullyResolvedTarget } from './resolve-target.ts'
import { systemSshEnvironment, type SshEnvironment } from './ssh-environment.ts'
import { abortFailure } from './ssh-failures.ts'

export interface OpenSshPorts {
  readonly spawner: Spawner
  readonly log: Logger
  readonly environment?: SshEnvironment
}

const longestJumpChain = 8

/**
 * The way to open SSH links: resolves a target, chooses the engine, signs in. One per process, since it remembers
 * opened keys and accepted host keys between connections.
 */
export function createOpenSsh(ports: OpenSshPorts): OpenSsh {
  const environment = ports.environment ?? systemSshEnvironment()
  const builtin: BuiltinPorts = {
    environment,
    keyFiles: new KeyFiles(ports.log),
    memory: { acceptedHostKeys: new Map(), passwordPlaces: new Set(), sessionRefused: new Set() },
  }
  const resolve = (target: SshTarget, options: SshOpenOptions): Promise<FullyResolvedTarget> =>
    resolveSshTarget(target, { spawner: ports.spawner, environment, log: options.log }, options.signal)

  /** `jumps` replaces what the configuration says: the last one is connected through those before it. */
  const open = async (
    target: SshTarget,
    options: SshOpenOptions,
    jumps: readonly string[] | null,
    depth: number,
  ): Promise<BuiltinLink> => {
    const resolved = await resolve(target, options)
    const engineReason = chooseBuiltin(target, resolved)
    const chain = jumps ?? resolved.jumps
    const nearest = chain.at(-1)
    if (depth > longestJumpChain) {
      throw failure('ssh.unsupported-config', {
        target: target.target,
        reason: 'a ProxyJump that leads in a circle',
      })
    }
    let below: BuiltinLink | null = null
    if (nearest !== undefined) {
      const before = chain.slice(0, -1)
      // A hop has its own configuration, host key and sign-in; what the user named for the target is not for it.
      const hop = {
        ...target,
        target: nearest,
        identityFile: null,
        acceptHostKey: null,
        lowLatencyChannel: false,
      }
      // Signed in at a hop is not yet signed in at the server.
      const onStage: SshOpenOptions['onStage'] = (event) => {
        if (event.stage === 'network') options.onStage(event)
      }
      below = await open(hop, { ...options, onStage }, before.length > 0 ? before : null, depth + 1)
    }
    try {
      return await openBuiltin({ target, resolved, engineReason, below }, options, builtin)
    } catch (error) {
      await below?.close()
      throw error
    }
  }

  return async (target, options) => {
    try {
      options.signal.throwIfAborted()
      return await open(target, options, null, 0)
    } catch (error) {
      if (options.signal.aborted) throw abortFailure(options.signal)
      if (error instanceof AppFailure) throw error
      options.log.error('opening an SSH link failed unexpectedly', { error: String(error) })
      throw failure('internal', {}, { detail: String(error), cause: error })
    }
  }
}

/** Why the built-in engine serves this target, in words; throws where it cannot. */
export function chooseBuiltin(target: SshTarget, resolved: FullyResolvedTarget): string {
  if (target.engine === 'openssh') {
    const reason = 'the OpenSSH engine, which this version does not have yet'
    throw failure('ssh.unsupported-config', { target: target.target, reason })
  }
  if (resolved.needsOpenSsh.length > 0) {
    const reason = `${resolved.needsOpenSsh.join(' and ')}, which the built-in engine lacks`
    throw failure('ssh.unsupported-config', { target: target.target, reason })
  }
  return target.engine === 'builtin'
    ? 'chosen in the settings of this gateway'
    : 'one sign-in serves everything, and nothing in your SSH configuration needs another'
}
