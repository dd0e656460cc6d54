import { resolve } from 'node:path'
import {
  defaultGatewayPort,
  type DirectGatewayPlace,
  type GatewayPlace,
  type LocalPortChoice,
  type SavedGateway,
  type SshGatewayPlace,
} from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import { cliWords } from '../../shared/text/command-line.ts'
import type { Settings } from '../settings/settings-store.ts'
import type { CommonFlags } from './arguments.ts'

/** What a TARGET of the command line stands for. */
export interface CliTarget {
  /** Of a saved gateway; null for a target that is not saved, and never will be by a verb. */
  readonly gatewayId: string | null
  readonly name: string
  readonly place: GatewayPlace
}

/**
 * Reads TARGET in the documented order: `local`, a URL, a saved name, an SSH destination. Flags override what is
 * saved for this run. Throws AppFailure `target.unknown` or `usage`.
 */
export function readTarget(word: string, settings: Settings, flags: CommonFlags): CliTarget {
  const saved = settings.gateways.find(({ name }) => name === word)
  if (word === 'local') {
    return { gatewayId: null, name: 'local', place: { kind: 'local', port: flags.remotePort } }
  }
  if (/^wss?:\/\//i.test(word)) {
    return {
      gatewayId: null,
      name: word,
      place: overDirect({ kind: 'direct', url: word, tlsFingerprint: null }, flags),
    }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) {
    throw failure('target.unknown', { target: word, reason: cliWords.notAGatewayUrl })
  }
  if (saved !== undefined) return savedTarget(saved, flags)
  if (word === '' || word.startsWith('-') || /[\s\p{Cc}]/u.test(word)) {
    throw failure('target.unknown', { target: word })
  }
  const place: SshGatewayPlace = {
    kind: 'ssh',
    target: word,
    remotePort: defaultGatewayPort,
    localPort: { mode: 'off' },
    engine: 'auto',
    identityFile: null,
  }
  return { gatewayId: null, name: word, place: overSsh(place, flags) }
}

/** A saved gateway with this run's flags on top. */
export function savedTarget({ id, name, place }: SavedGateway, flags: CommonFlags): CliTarget {
  switch (place.kind) {
    case 'ssh':
      return { gatewayId: id, name, place: overSsh(place, flags) }
    case 'direct':
      return { gatewayId: id, name, place: overDirect(place, flags) }
    case 'local':
      return { gatewayId: id, name, place: { ...place, port: flags.remotePort ?? place.port } }
  }
}

function overSsh(place: SshGatewayPlace, flags: CommonFlags): SshGatewayPlace {
  return {
    ...place,
    remotePort: flags.remotePort ?? place.remotePort,
    localPort: flags.localPort ?? place.localPort,
    engine: flags.engine ?? place.engine,
    identityFile: flags.identity === null ? place.identityFile : resolve(flags.identity),
  }
}

function overDirect(place: DirectGatewayPlace, flags: CommonFlags): DirectGatewayPlace {
  return { ...place, tlsFingerprint: flags.tlsFingerprint ?? place.tlsFingerprint }
}

/**
 * Which local port a verb opens: `connect` the saved one (the default one for a target that is not saved), the others
 * none unless it was asked for.
 */
export function localPortFor(
  verb: 'connect' | 'other',
  target: CliTarget,
  flags: CommonFlags,
): LocalPortChoice {
  if (flags.localPort !== null) return flags.localPort
  if (verb === 'other' || target.place.kind !== 'ssh') return { mode: 'off' }
  return target.gatewayId === null ? { mode: 'preferred', port: defaultGatewayPort } : target.place.localPort
}
