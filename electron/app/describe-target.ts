import type { ResolvedTargetView } from '../../shared/contract/index.ts'
import { AppFailure } from '../../shared/result.ts'
import type { SshTarget } from '../ssh/engine.ts'
import { chooseBuiltin } from '../ssh/open-ssh.ts'
import { resolveSshTarget, type ResolvePorts } from '../ssh/resolve-target.ts'

/** What an SSH target leads to and which engine serves it, for the page that asks before anything is connected. */
export async function describeTarget(target: string, ports: ResolvePorts): Promise<ResolvedTargetView> {
  const asked: SshTarget = {
    target,
    identityFile: null,
    configFile: null,
    knownHostsFile: null,
    acceptHostKey: null,
    engine: 'auto',
    lowLatencyChannel: false,
  }
  const resolved = await resolveSshTarget(asked, ports)
  const choice = chooseEngine(asked, resolved)
  return {
    target,
    host: resolved.host,
    port: resolved.port,
    user: resolved.user,
    identityFiles: [...resolved.identityFiles],
    jumps: [...resolved.jumps],
    usesAgent: resolved.agent !== null,
    ...choice,
    source: resolved.source,
  }
}

function chooseEngine(
  target: SshTarget,
  resolved: Parameters<typeof chooseBuiltin>[1],
): Pick<ResolvedTargetView, 'engine' | 'engineReason'> {
  try {
    return { engine: 'builtin', engineReason: chooseBuiltin(target, resolved) }
  } catch (error) {
    if (!(error instanceof AppFailure)) throw error
    return { engine: 'openssh', engineReason: error.error.message }
  }
}
