import path from 'node:path'
import type { ImportOffer } from '../../shared/contract/index.ts'
import { defaultGatewayPort, gatewayDraftSchema, type GatewayPlace } from '../../shared/model/gateway.ts'
import { objectAt, portOf, resolveSecret, textOf } from '../local-gateway/openclaw-config.ts'
import { expandHome, listOpenclawPlaces, readOpenclawFile } from '../local-gateway/openclaw-files.ts'
import type { Environment, OpenclawConfigFile } from '../local-gateway/openclaw-files.ts'
import type { Redactor } from '../log/redactor.ts'

type Json = Readonly<Record<string, unknown>>

export interface ImportOptions {
  readonly env: Environment
  readonly home: string
  readonly redactor: Redactor
}

/** An offer as pages see it, and, for the core alone, the secret that goes with it. */
export interface ImportableGateway {
  readonly offer: ImportOffer
  readonly secret: string | null
  readonly secretKind: 'gateway-token' | 'gateway-password'
}

/**
 * Gateways that an existing OpenClaw of this user connects to (`gateway.remote` of its configuration files), ready to
 * be saved here. Only reads. Never rejects: a file that cannot be understood offers nothing.
 */
export async function readImportOffers(options: ImportOptions): Promise<readonly ImportableGateway[]> {
  const places = await listOpenclawPlaces(options.env, options.home)
  const files = await Promise.all(places.map((place) => readOpenclawFile(place, options.env)))
  const offers = await Promise.all(files.map((file) => offerOf(file, options)))
  return offers.filter((offer) => offer !== null)
}

async function offerOf(file: OpenclawConfigFile, options: ImportOptions): Promise<ImportableGateway | null> {
  const remote = objectAt(file.content, 'gateway', 'remote')
  const place = placeOf(remote, options.home)
  if (place === null) return null
  const draft = gatewayDraftSchema.safeParse({ name: nameOf(place), place })
  if (!draft.success) return null
  const token = await resolveSecret(remote['token'], file, options.home)
  const password = await resolveSecret(remote['password'], file, options.home)
  const secret = token.value ?? password.value
  if (secret !== null) options.redactor.add(secret)
  const notes = [
    ...notesOf(file.content, remote),
    ...(token.note === null ? [] : [`The token is not copied: ${token.note}.`]),
    ...(password.note === null ? [] : [`The password is not copied: ${password.note}.`]),
  ]
  return {
    offer: { file: file.file, draft: draft.data, hasSecret: secret !== null, notes },
    secret,
    secretKind: token.value === null && password.value !== null ? 'gateway-password' : 'gateway-token',
  }
}

function placeOf(remote: Json, home: string): GatewayPlace | null {
  const target = textOf(remote['sshTarget'])
  const url = textOf(remote['url'])
  const address = url !== null && URL.canParse(url) ? new URL(url) : null
  if (target !== null && remote['transport'] !== 'direct') {
    // With SSH the URL is the near end of a tunnel; its port is what the user's other tools expect here.
    const port = portOf(address?.port ?? null) ?? defaultGatewayPort
    const identity = textOf(remote['sshIdentity'])
    return {
      kind: 'ssh',
      target,
      remotePort: portOf(remote['remotePort']) ?? port,
      localPort: { mode: 'preferred', port },
      engine: 'auto',
      identityFile: identity === null ? null : path.resolve(home, expandHome(identity, home)),
    }
  }
  if (address === null || url === null) return null
  return { kind: 'direct', url, tlsFingerprint: textOf(remote['tlsFingerprint']) }
}

/** The computer's name without user, port and domain: what a person would call it. */
function nameOf(place: GatewayPlace): string {
  const host =
    place.kind === 'ssh'
      ? place.target
          .replace(/^.*@/, '')
          .replace(/^\[(.*)\](:\d+)?$/, '$1')
          .replace(/^([^:]+):\d+$/, '$1')
      : place.kind === 'direct'
        ? new URL(place.url).hostname.replaceAll(/^\[|\]$/g, '')
        : 'This computer'
  return /^[\d.:a-f]+$/i.test(host) ? host : (host.split('.')[0] ?? host)
}

function notesOf(content: Json, remote: Json): readonly string[] {
  const notes: string[] = []
  if (textOf(objectAt(content, 'gateway')['mode']) === 'local') {
    notes.push('OpenClaw itself is set to run on this computer; this is the other gateway its settings name.')
  }
  if (remote['sshHostKeyPolicy'] === 'openssh') {
    notes.push('There the SSH configuration decides about unknown servers; Hawser always asks.')
  }
  if (remote['edgeAuth'] !== undefined) {
    notes.push('It signs in to a proxy in front of the gateway (edgeAuth), which Hawser cannot do yet.')
  }
  return notes
}
