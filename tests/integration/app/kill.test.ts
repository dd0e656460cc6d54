import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SshGatewayPlace } from '../../../shared/model/gateway.ts'
import { startGatewayPeer, type GatewayPeer } from '../../fixtures/gateway-peer.ts'
import { serveApp, type ServedApp } from '../../fixtures/served-app.ts'
import { startSshd, type Sshd } from '../../fixtures/sshd.ts'

const mainSession = 'agent:main:main'

/**
 * Proof 2 of the main job: whatever is killed, nothing of what the person wrote is lost or doubled. The transcript of
 * the real gateway is the referee; only the person's messages count.
 */
describe('killed in the middle', { timeout: 300_000 }, () => {
  let gateway: GatewayPeer
  let sshd: Sshd
  let dataDir: string
  let app: ServedApp
  let gatewayId: string

  beforeAll(async () => {
    ;[gateway, sshd] = await Promise.all([startGatewayPeer(), startSshd()])
  })
  afterAll(async () => {
    await gateway?.stop()
    await sshd?.dispose()
  })
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-kill-'))
    app = await serveApp(dataDir)
    gatewayId = await addAndConnect()
    await app.openConversation(gatewayId)
    await app.until('loaded', () => !app.conversation().loading)
  })
  afterEach(async () => {
    await app?.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  async function addAndConnect(): Promise<string> {
    const place: SshGatewayPlace = {
      kind: 'ssh',
      target: sshd.target,
      remotePort: gateway.port,
      localPort: { mode: 'off' },
      engine: 'auto',
      identityFile: sshd.privateKeyFile,
    }
    const { id } = await app.call('gateways.add', { draft: { name: 'server', place }, connect: true })
    await signIn(id, true)
    return id
  }

  /** Says yes to the host key where it is new, gives the token where it is asked for, and waits until ready. */
  async function signIn(id: string, firstTime: boolean): Promise<void> {
    if (firstTime) {
      const fingerprint = sshd.hostKeys[0]!.fingerprint
      await app.answer({ kind: 'host-key', fingerprint, addToUserFile: false })
    }
    await app.answer({ kind: 'gateway-secret', secret: gateway.token, remember: false })
    await app.until('ready', () => app.snapshot().connections[id]?.phase === 'ready')
  }

  const phase = (): string | undefined => app.snapshot().connections[gatewayId]?.phase
  const send = async (text: string): Promise<void> => {
    await app.call('chat.send', { gatewayId, sessionKey: null, key: randomUUID(), text })
  }
  const timesWritten = (text: string): number =>
    gateway.transcript(mainSession).filter((row) => row.role === 'user' && row.text.includes(text)).length
  const timesShown = (text: string): number =>
    app
      .conversation()
      .rows.filter((row) => row.role === 'user')
      .filter(({ blocks }) => blocks.some((block) => block.kind === 'text' && block.text.includes(text)))
      .length
  const delivered = (text: string): Promise<void> =>
    app.until(
      `"${text}" delivered`,
      () =>
        app.conversation().outbox.length === 0 &&
        timesShown(text) === 1 &&
        app.conversation().runs.length === 0,
      150,
    )

  it('the sshd session, in the middle of a streamed reply: the reply goes on after the reconnect', async () => {
    await send('SLOW first rope')
    await app.until('streaming', () => (app.conversation().runs[0]?.text.length ?? 0) > 20)
    await sshd.killSessions()
    await app.until('it shows', () => phase() !== 'ready', 30)
    await app.until('ready again', () => phase() === 'ready', 60)
    await delivered('SLOW first rope')
    expect(timesWritten('SLOW first rope')).toBe(1)
    const answers = app.conversation().rows.filter((row) => row.role === 'assistant')
    expect(JSON.stringify(answers.at(-1)?.blocks)).toContain('word59')
  })

  it('the gateway, in the middle of a reply, and started again: the message stands exactly once', async () => {
    await send('SLOW second rope')
    await app.until('streaming', () => (app.conversation().runs[0]?.text.length ?? 0) > 20)
    await gateway.kill9()
    await app.until('it shows which stage broke', () => {
      const stages = app.snapshot().connections[gatewayId]?.stages ?? []
      return stages.some(
        ({ name, state }) => (name === 'forward' || name === 'gateway') && state === 'failed',
      )
    })
    expect(app.snapshot().connections[gatewayId]?.stages.find(({ name }) => name === 'ssh')?.state).toBe('ok')
    await gateway.restart()
    await app.until('ready again', () => phase() === 'ready', 90)
    await app.until('nothing waits', () => app.conversation().outbox.length === 0, 90)
    expect(timesWritten('SLOW second rope')).toBe(1)
    expect(timesShown('SLOW second rope')).toBe(1)
  })

  it('the gateway, right after it acknowledged: what it lost is sent again, exactly once', async () => {
    await send('ack of a ghost')
    await app.until('accepted', () => app.conversation().outbox[0]?.state === 'accepted')
    await gateway.kill9()
    await gateway.restart()
    await app.until('ready again', () => phase() === 'ready', 90)
    await app.until('nothing waits', () => app.conversation().outbox.length === 0, 120)
    expect(timesWritten('ack of a ghost')).toBe(1)
    expect(timesShown('ack of a ghost')).toBe(1)
  })

  it('the sshd, while a message is typed: it waits, and arrives exactly once', async () => {
    await sshd.stop()
    await app.until('it shows', () => phase() === 'waiting')
    await send('typed in the dark')
    expect(app.conversation().outbox).toMatchObject([{ text: 'typed in the dark', state: 'waiting' }])
    expect(timesWritten('typed in the dark')).toBe(0)
    await sshd.start()
    await app.call('connection.retry', { gatewayId })
    await delivered('typed in the dark')
    expect(timesWritten('typed in the dark')).toBe(1)
  })

  it('the app itself, with a message in the outbox and one just sent: both arrive exactly once', async () => {
    await send('SLOW third rope')
    await app.until('streaming', () => (app.conversation().runs[0]?.text.length ?? 0) > 5)
    await sshd.stop()
    await app.until('it shows', () => phase() === 'waiting')
    await send('last words')
    await app.kill9()
    await sshd.start()
    app = await serveApp(dataDir)
    await signIn(gatewayId, false)
    await app.openConversation(gatewayId)
    await delivered('last words')
    expect(timesWritten('SLOW third rope')).toBe(1)
    expect(timesWritten('last words')).toBe(1)
  })

  it('a new conversation needs one more right: it is asked for once, and then done', async () => {
    await send('before the reset')
    await delivered('before the reset')
    const { sessionKey } = app.conversation()
    const refused = app.call('chat.reset', { gatewayId, sessionKey })
    await app.until('asked', () => app.snapshot().prompts.some(({ kind }) => kind === 'scope'))
    await app.answer({ kind: 'scope', allow: true })
    await refused
    expect(app.snapshot().connections[gatewayId]?.gateway?.scopes).toContain('operator.admin')
    await app.until('empty', () => timesShown('before the reset') === 0)
    await app.call('chat.reset', { gatewayId, sessionKey })
  })
})
