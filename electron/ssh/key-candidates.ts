import { basename } from 'node:path'
import { AppFailure } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { AgentIdentity, SshAgent } from './agent.ts'
import { keyTypeOf } from './host-key.ts'
import type { KeyFile, KeyFiles } from './key-files.ts'
import type { FullyResolvedTarget } from './resolve-target.ts'
import type { KeyCandidate } from './sign-in.ts'
import { utils } from './ssh2.ts'

export interface KeyCandidates {
  readonly candidates: readonly KeyCandidate[]
  /** Why a key file was left out: the reason to give if nothing else works. */
  readonly problem: AppFailure | null
}

/**
 * The keys to offer, best first: those of the agent that the configuration names, key files it names, other keys of
 * the agent (unless IdentitiesOnly), default files, and last those whose passphrase would have to be asked for. A
 * server counts each offer, so the likely ones come early. Throws only if the one key the user chose is of no use.
 */
export async function collectCandidates(
  resolved: FullyResolvedTarget,
  ports: {
    readonly keyFiles: KeyFiles
    readonly agent: SshAgent | null
    readonly log: Logger
    readonly signal: AbortSignal
    /** The user named one key: its problem is final. */
    readonly chosenKeyOnly: boolean
  },
): Promise<KeyCandidates> {
  const files: KeyFile[] = []
  let problem: AppFailure | null = null
  for (const file of resolved.identityFiles) {
    try {
      files.push(await ports.keyFiles.load(file))
    } catch (error) {
      if (!(error instanceof AppFailure) || ports.chosenKeyOnly) throw error
      ports.log.info('a key file is left out', { file, code: error.code })
      problem ??= error
    }
  }
  const identities = await listIdentities(ports.agent, ports.log, ports.signal)
  const agent = ports.agent
  const fromAgent = (identity: AgentIdentity, label: string): KeyCandidate[] =>
    agent === null ? [] : [{ kind: 'agent', label, publicKey: identity.publicKey, key: identity.key, agent }]

  const named: KeyCandidate[] = []
  const inAgent = new Set<KeyFile>()
  const used = new Set<AgentIdentity>()
  for (const file of files) {
    const identity = identities.find((one) => file.publicKey?.equals(one.publicKey) === true)
    if (identity === undefined) continue
    inAgent.add(file)
    if (used.has(identity)) continue
    used.add(identity)
    named.push(...fromAgent(identity, `key ${basename(file.file)} in the agent`))
  }
  const others = resolved.identitiesOnly
    ? []
    : identities
        .filter((identity) => !used.has(identity))
        .flatMap((identity) => fromAgent(identity, `key ${nameOf(identity)} of the agent`))
  const rest = files.filter((file) => !inAgent.has(file))
  const isChosen = (file: KeyFile): boolean => resolved.chosenIdentityFiles.includes(file.file)
  const candidates = [
    ...named,
    ...rest.filter(isChosen).flatMap(open),
    ...others,
    ...rest.filter((file) => !isChosen(file)).flatMap(open),
    ...[...rest.filter(isChosen), ...rest.filter((file) => !isChosen(file))].flatMap(locked),
  ]
  return { candidates, problem }
}

function open(file: KeyFile): KeyCandidate[] {
  if (file.privateKey === null || file.publicKey === null) return []
  const label = `key ${basename(file.file)}`
  return [{ kind: 'open', label, publicKey: file.publicKey, key: file.privateKey }]
}

function locked(file: KeyFile): KeyCandidate[] {
  if (!file.encrypted) return []
  const blob = file.publicKey
  const parsed = blob === null ? null : utils.parseKey(`${keyTypeOf(blob)} ${blob.toString('base64')}`)
  const key = parsed === null || parsed instanceof Error ? null : parsed
  return [{ kind: 'locked', label: `key ${basename(file.file)}`, file: file.file, key }]
}

async function listIdentities(
  agent: SshAgent | null,
  log: Logger,
  signal: AbortSignal,
): Promise<readonly AgentIdentity[]> {
  if (agent === null) return []
  try {
    return await agent.list(signal)
  } catch (error) {
    signal.throwIfAborted()
    log.info('the SSH agent is left out', { error: String(error) })
    return []
  }
}

const nameOf = (identity: AgentIdentity): string =>
  identity.comment === '' ? keyTypeOf(identity.publicKey) : identity.comment
