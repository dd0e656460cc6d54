import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createChatService, type ChatService } from '../../../electron/chat/chat-service.ts'
import { deviceIdentity, generateDeviceKey } from '../../../electron/gateway/device-identity.ts'
import { directRoute } from '../../../electron/gateway/direct-route.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import { defaultScopes } from '../../../electron/gateway/scopes.ts'
import type { GatewaySession } from '../../../electron/gateway/session.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import type { Conversation } from '../../../shared/model/chat.ts'
import { applyChanges } from '../../../renderer/stores/apply-change.ts'
import type { GatewayPeer } from '../../fixtures/gateway-peer.ts'

export const gatewayId = 'peer'
const deviceKey = generateDeviceKey()

/** Opens a session to the gateway, trying again while it is down or starting. */
export async function openSession(
  peer: Pick<GatewayPeer, 'url' | 'token'>,
  scopes: readonly string[] = defaultScopes,
): Promise<GatewaySession> {
  const deadline = Date.now() + 120_000
  for (;;) {
    try {
      return await openGateway({
        route: directRoute({ url: peer.url, tlsFingerprint: null, host: 'peer' }),
        identity: deviceIdentity(deviceKey),
        credentials: { token: peer.token, password: null, deviceToken: null },
        scopes,
        clientVersion: '0.0.0',
        instanceId: 'chat-tests',
        platform: 'linux',
        clock: systemClock,
        log: silentLogger,
        signal: AbortSignal.timeout(30_000),
        onStage: () => undefined,
        onDeviceToken: () => undefined,
      })
    } catch (error) {
      if (Date.now() > deadline) throw error
      await pause(100)
    }
  }
}

/**
 * A chat service with a link to a real gateway that is made again whenever it breaks, and a mirror of one conversation
 * built from its change events, as a page builds it.
 */
export class LinkedChat {
  readonly peer: GatewayPeer
  readonly dataDir: string
  service: ChatService
  session: GatewaySession | null = null
  mirror: Conversation | null = null
  /** Times a change did not fit the mirror: must stay 0. */
  misfits = 0
  #wanted = true
  #stopped = false

  private constructor(peer: GatewayPeer, dataDir: string, service: ChatService) {
    this.peer = peer
    this.dataDir = dataDir
    this.service = service
  }

  static async start(
    peer: GatewayPeer,
    options: { readonly dataDir?: string; readonly link?: boolean } = {},
  ): Promise<LinkedChat> {
    const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'hawser-chat-')))
    const service = await createChatService({ dataDir, clock: systemClock, log: silentLogger })
    const chat = new LinkedChat(peer, dataDir, service)
    service.onConversation((event) => {
      const { mirror } = chat
      if (mirror === null || mirror.sessionKey !== event.sessionKey || event.revision <= mirror.revision)
        return
      const next = event.revision === mirror.revision + 1 ? applyChanges(mirror, event.changes) : null
      if (next === null) chat.misfits += 1
      else chat.mirror = { ...next, revision: event.revision }
    })
    if (options.link === false) chat.#wanted = false
    else await chat.connect()
    return chat
  }

  /** Opens the conversation and mirrors it from then on. */
  async open(sessionKey: string | null): Promise<Conversation> {
    this.mirror = await this.service.open(gatewayId, sessionKey)
    return this.mirror
  }

  async connect(): Promise<void> {
    this.#wanted = true
    const session = await openSession(this.peer)
    if (!this.#wanted) return session.close()
    this.session = session
    session.onClosed(() => {
      if (this.session !== session) return
      this.session = null
      if (this.#stopped) return
      this.service.detach(gatewayId)
      if (this.#wanted) void this.connect()
    })
    this.service.attach(gatewayId, session)
  }

  /** Breaks the link, without a new one. */
  async disconnect(): Promise<void> {
    this.#wanted = false
    await this.session?.close()
  }

  /** Ends everything and removes the data dir. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.disconnect()
    await this.service.close()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** Keys of the messages that are on disk and not proved. */
  keysOnDisk(): Promise<readonly string[]> {
    return keysIn(this.dataDir)
  }
}

/** Keys of the messages that wait on the disk of a data dir. */
export async function keysIn(dataDir: string): Promise<readonly string[]> {
  const text = await readFile(path.join(dataDir, 'outbox.json'), 'utf8').catch(() => '{"records":[]}')
  const content = JSON.parse(text) as { records: ReadonlyArray<{ key: string }> }
  return content.records.map((record) => record.key)
}

/** How often the person's message stands in the transcript on the gateway's disk. */
export const copies = (peer: GatewayPeer, sessionKey: string, key: string): number =>
  peer.transcript(sessionKey).filter((row) => row.role === 'user' && row.messageKey === key).length

/** How often a text stands there as the person's, under whatever key. */
export const textCopies = (peer: GatewayPeer, sessionKey: string, text: string): number =>
  peer.transcript(sessionKey).filter((row) => row.role === 'user' && row.text === text).length

/** Waits until the condition holds; fails with its name after the deadline. */
export async function until(
  name: string,
  condition: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not come about in ${ms} ms: ${name}`)
    await pause(25)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
