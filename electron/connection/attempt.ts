import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { GatewayPlace } from '../../shared/model/gateway.ts'
import type { StageName } from '../../shared/stages.ts'
import { failure } from '../../shared/result.ts'
import { stageWords } from '../../shared/text/stages.ts'
import type {
  DeviceIdentity,
  GatewayCredentials,
  GatewayRoute,
  GatewaySession,
  OpenGateway,
} from '../gateway/session.ts'
import type { LocalEndpoint } from '../local-gateway/local-gateway.ts'
import type { Logger } from '../log/logger.ts'
import type { Clock } from '../platform/clock.ts'
import type { OpenSsh, SshLink, SshPrompter, SshTarget } from '../ssh/engine.ts'

/** What one attempt is aimed at. */
export interface AttemptTarget {
  readonly place: GatewayPlace
  /** How a person knows the gateway; used in texts and as label of its facts. */
  readonly name: string
  readonly ssh: SshTarget | null
  readonly scopes: readonly string[]
}

/** The rooms an attempt uses. */
export interface AttemptRooms {
  readonly openSsh: OpenSsh
  readonly openGateway: OpenGateway
  readonly directRoute: (place: { url: string; tlsFingerprint: string | null; host: string }) => GatewayRoute
  readonly localEndpoint: (port: number | null) => Promise<LocalEndpoint>
  readonly identity: () => Promise<DeviceIdentity>
  readonly credentials: () => Promise<GatewayCredentials>
  readonly onDeviceToken: (token: string | null) => void
  readonly prompter: SshPrompter
  readonly ownKnownHostsFile: string
  readonly clientVersion: string
  readonly instanceId: string
  readonly platform: 'darwin' | 'win32' | 'linux'
  readonly clock: Clock
  readonly log: Logger
}

/** What an attempt that went the whole way hands over. */
export interface LiveWay {
  readonly session: GatewaySession
  /** Bytes ever received on the link, for the liveness watch. */
  readonly bytesReceived: () => number
}

export interface AttemptHooks {
  readonly signal: AbortSignal
  readonly onStage: (stage: StageName, state: 'running' | 'ok', message: string) => void
  /** A sign-in that still stands from an earlier attempt. */
  readonly keptLink: SshLink | null
  /** Called as soon as a new sign-in stands, so that it is not lost if a later stage fails. */
  readonly onSshLink: (link: SshLink) => void
}

/** The loopback address as the SSH server sees it: the gateway is bound to loopback there. */
export const gatewayHostOnServer = '127.0.0.1'

/**
 * Goes the whole way once: network, ssh, forward, gateway, auth, pairing, ready. Reports each stage as it begins and
 * passes, and rejects with an AppFailure. Aborting leaves nothing behind but the sign-in handed to `onSshLink`.
 */
export async function runAttempt(
  target: AttemptTarget,
  rooms: AttemptRooms,
  hooks: AttemptHooks,
): Promise<LiveWay> {
  const { route, credentials, bytesReceived } = await openWay(target, rooms, hooks)
  hooks.signal.throwIfAborted()
  const identity = await rooms.identity()
  hooks.signal.throwIfAborted()
  const session = await rooms.openGateway({
    route,
    identity,
    credentials: credentials ?? (await rooms.credentials()),
    scopes: target.scopes,
    clientVersion: rooms.clientVersion,
    instanceId: rooms.instanceId,
    platform: rooms.platform,
    clock: rooms.clock,
    log: rooms.log.child('gateway'),
    signal: hooks.signal,
    onDeviceToken: rooms.onDeviceToken,
    onStage: ({ stage, message }) => {
      switch (stage) {
        case 'way':
          hooks.onStage(target.place.kind === 'ssh' ? 'forward' : 'network', 'ok', message)
          hooks.onStage('gateway', 'running', stageWords.openingGateway)
          break
        case 'gateway':
          hooks.onStage('gateway', 'ok', message)
          hooks.onStage('auth', 'running', stageWords.signingIn)
          break
        case 'auth':
          hooks.onStage('auth', 'ok', message)
          hooks.onStage('pairing', 'running', stageWords.pairing)
          break
        case 'pairing':
          hooks.onStage('pairing', 'ok', message)
          break
      }
    },
  })
  return { session, bytesReceived }
}

interface Way {
  readonly route: GatewayRoute
  readonly bytesReceived: () => number
  /** Known from the place itself (this computer's configuration file); null: ask the rooms. */
  readonly credentials: GatewayCredentials | null
}

async function openWay(target: AttemptTarget, rooms: AttemptRooms, hooks: AttemptHooks): Promise<Way> {
  const { place } = target
  switch (place.kind) {
    case 'ssh':
      return sshWay(target, place.remotePort, rooms, hooks)
    case 'direct': {
      hooks.onStage('network', 'running', stageWords.lookingUp(hostOf(place.url)))
      return { ...counted(rooms.directRoute({ ...place, host: hostOf(place.url) })), credentials: null }
    }
    case 'local':
      return localWay(place.port, rooms, hooks)
  }
}

/** Counts what arrives on the socket a route opens. */
function counted(route: GatewayRoute): Pick<Way, 'route' | 'bytesReceived'> {
  let socket: Duplex | null = null
  const stream = async (signal: AbortSignal): Promise<Duplex> => {
    socket = await route.stream(signal)
    return socket
  }
  const bytesReceived = (): number => (socket instanceof Socket ? socket.bytesRead : 0)
  return { route: { ...route, stream }, bytesReceived }
}

async function sshWay(
  target: AttemptTarget,
  remotePort: number,
  rooms: AttemptRooms,
  hooks: AttemptHooks,
): Promise<Way> {
  if (target.ssh === null) throw failure('internal', {}, { detail: 'an ssh place without an ssh target' })
  const link = hooks.keptLink ?? (await signIn(target.ssh, rooms, hooks))
  if (hooks.keptLink !== null) {
    hooks.onStage('network', 'ok', `${link.resolved.host}:${link.resolved.port}`)
    hooks.onStage('ssh', 'ok', stageWords.keptSignIn)
  }
  hooks.onStage('forward', 'running', stageWords.openingForward(remotePort))
  const route: GatewayRoute = {
    url: `ws://${gatewayHostOnServer}:${remotePort}/`,
    host: target.name,
    port: remotePort,
    trusted: true,
    stream: (signal) => link.openChannel(gatewayHostOnServer, remotePort, signal),
  }
  return { route, bytesReceived: () => link.bytesReceived(), credentials: null }
}

async function signIn(ssh: SshTarget, rooms: AttemptRooms, hooks: AttemptHooks): Promise<SshLink> {
  hooks.onStage('network', 'running', stageWords.lookingUp(ssh.target))
  const link = await rooms.openSsh(ssh, {
    signal: hooks.signal,
    prompter: rooms.prompter,
    clock: rooms.clock,
    log: rooms.log.child('ssh'),
    ownKnownHostsFile: rooms.ownKnownHostsFile,
    onStage: ({ stage, message }) => {
      hooks.onStage(stage, 'ok', message)
      if (stage === 'network') hooks.onStage('ssh', 'running', stageWords.openingSsh)
    },
  })
  hooks.onSshLink(link)
  return link
}

async function localWay(port: number | null, rooms: AttemptRooms, hooks: AttemptHooks): Promise<Way> {
  hooks.onStage('network', 'running', stageWords.thisComputer)
  const endpoint = await rooms.localEndpoint(port)
  const scheme = endpoint.tls === null ? 'ws' : 'wss'
  const route = rooms.directRoute({
    url: `${scheme}://127.0.0.1:${endpoint.port}/`,
    tlsFingerprint: endpoint.tls?.fingerprint ?? null,
    host: stageWords.thisComputer,
  })
  const stored = await rooms.credentials()
  return {
    ...counted(route),
    credentials: {
      token: stored.token ?? endpoint.token,
      password: stored.password ?? endpoint.password,
      deviceToken: stored.deviceToken,
    },
  }
}

/** Host of a gateway URL, for words; the URL itself when it cannot be read. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url
}
