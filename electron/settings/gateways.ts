import {
  defaultGatewayPort,
  type GatewayDraft,
  type LocalPortChoice,
  type SavedGateway,
} from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import type { Settings } from './settings-store.ts'

/**
 * A name no other gateway has: `home-server`, then `home-server 2`. Upper and lower case count as the same, since the
 * command line finds gateways by name. `local` is never free for anything: there it always means this computer.
 */
export function uniqueName(wanted: string, gateways: readonly SavedGateway[], exceptId?: string): string {
  const others = gateways.filter(({ id }) => id !== exceptId)
  const taken = new Set([...others.map(({ name }) => name.toLowerCase()), 'local'])
  const name = wanted.trim()
  if (!taken.has(name.toLowerCase())) return name
  const stem = name.replace(/ \d+$/, '')
  for (let number = 2; ; number += 1) {
    // A name holds 80 characters; the number must fit in.
    const suffix = ` ${number}`
    const candidate = `${stem.slice(0, 80 - suffix.length)}${suffix}`
    if (!taken.has(candidate.toLowerCase())) return candidate
  }
}

/** The saved gateway; throws `gateway.unknown` where there is none. */
function findGateway(settings: Settings, id: string): SavedGateway {
  const found = settings.gateways.find((gateway) => gateway.id === id)
  if (found === undefined) throw failure('gateway.unknown')
  return found
}

/** The first gateway gets the port the OpenClaw docs teach, the others none: one port serves one gateway. */
export function defaultLocalPort(settings: Settings): LocalPortChoice {
  const hasOne = settings.gateways.some(({ place }) => place.kind === 'ssh' && place.localPort.mode !== 'off')
  return hasOne ? { mode: 'off' } : { mode: 'preferred', port: defaultGatewayPort }
}

/** Adds a gateway under a free name and selects it. `id` is new. */
export function addGateway(
  settings: Settings,
  id: string,
  draft: GatewayDraft,
  traits: { readonly wanted?: boolean; readonly demo?: boolean } = {},
): Settings {
  const gateway: SavedGateway = {
    id,
    name: uniqueName(draft.name, settings.gateways),
    place: draft.place,
    wanted: traits.wanted ?? false,
    demo: traits.demo ?? false,
  }
  return { ...settings, gateways: [...settings.gateways, gateway], selectedGatewayId: id }
}

/** Replaces name and place. Throws `gateway.unknown`. */
export function editGateway(settings: Settings, id: string, draft: GatewayDraft): Settings {
  const name = uniqueName(draft.name, settings.gateways, id)
  return change(settings, id, (gateway) => ({ ...gateway, name, place: draft.place }))
}

/** Throws `gateway.unknown`. */
export function renameGateway(settings: Settings, id: string, wantedName: string): Settings {
  const name = uniqueName(wantedName, settings.gateways, id)
  return change(settings, id, (gateway) => ({ ...gateway, name }))
}

/**
 * Puts a copy right after the original, not connected, without its secrets (those are stored under the id) and without
 * its local port, which can belong to one link only. Throws `gateway.unknown`.
 */
export function duplicateGateway(settings: Settings, id: string, newId: string): Settings {
  const original = findGateway(settings, id)
  const { place } = original
  const copy: SavedGateway = {
    ...original,
    id: newId,
    name: uniqueName(original.name, settings.gateways),
    place: place.kind === 'ssh' ? { ...place, localPort: { mode: 'off' } } : place,
    wanted: false,
  }
  const gateways = settings.gateways.flatMap((gateway) => (gateway.id === id ? [gateway, copy] : [gateway]))
  return { ...settings, gateways, selectedGatewayId: newId }
}

/** Takes it out; its neighbour is selected instead. The caller removes its secrets. Throws `gateway.unknown`. */
export function removeGateway(settings: Settings, id: string): Settings {
  findGateway(settings, id)
  const at = settings.gateways.findIndex((gateway) => gateway.id === id)
  const gateways = settings.gateways.filter((gateway) => gateway.id !== id)
  const neighbour = gateways[Math.min(at, gateways.length - 1)]?.id ?? null
  return {
    ...settings,
    gateways,
    selectedGatewayId: settings.selectedGatewayId === id ? neighbour : settings.selectedGatewayId,
  }
}

/** Throws `gateway.unknown`. */
export function selectGateway(settings: Settings, id: string): Settings {
  findGateway(settings, id)
  return settings.selectedGatewayId === id ? settings : { ...settings, selectedGatewayId: id }
}

/** Remembers whether the gateway is to be connected at the next start. Throws `gateway.unknown`. */
export function setWanted(settings: Settings, id: string, wanted: boolean): Settings {
  return findGateway(settings, id).wanted === wanted
    ? settings
    : change(settings, id, (gateway) => ({ ...gateway, wanted }))
}

function change(settings: Settings, id: string, replace: (gateway: SavedGateway) => SavedGateway): Settings {
  findGateway(settings, id)
  const gateways = settings.gateways.map((gateway) => (gateway.id === id ? replace(gateway) : gateway))
  return { ...settings, gateways }
}
