import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directRoute } from '../../../electron/gateway/direct-route.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import type { GatewayOpenOptions } from '../../../electron/gateway/session.ts'
import { startGatewayPeer, type GatewayPeer } from '../../fixtures/gateway-peer.ts'
import { openOptions } from '../../fixtures/scripted-peer.ts'

describe('the real gateway behind its own TLS, with a password', () => {
  let peer: GatewayPeer
  let fingerprint: string
  const password = 'a password of this test'

  beforeAll(async () => {
    peer = await startGatewayPeer({
      config: { gateway: { tls: { enabled: true }, auth: { mode: 'password', password } } },
    })
    const pem = readFileSync(path.join(peer.stateDir, 'gateway', 'tls', 'gateway-cert.pem'))
    fingerprint = new X509Certificate(pem).fingerprint256
  })
  afterAll(() => peer?.stop())

  function optionsFor(pin: string | null, url: string, given: string | null = password): GatewayOpenOptions {
    const route = directRoute({ url, tlsFingerprint: pin, host: 'peer' })
    return openOptions(route, { credentials: { token: null, password: given, deviceToken: null } }).options
  }

  it('is reached with its fingerprint pinned', async () => {
    const session = await openGateway(optionsFor(fingerprint, peer.url))
    expect(session.facts).toMatchObject({ protocol: 4, authMethod: 'password' })
    await expect(session.request('health', {})).resolves.toMatchObject({ ok: true })
    await session.close()
  })

  it('is refused with another pin', async () => {
    const opened = openGateway(optionsFor('AB:'.repeat(31) + 'CD', peer.url))
    await expect(opened).rejects.toMatchObject({ code: 'tls.pin-mismatch' })
    expect(await opened.catch((error: Error) => error.message)).toContain(fingerprint)
  })

  it('is not trusted by the system', async () => {
    await expect(openGateway(optionsFor(null, peer.url))).rejects.toMatchObject({ code: 'tls.untrusted' })
  })

  it('does not talk to plain ws://', async () => {
    const opened = openGateway(optionsFor(null, peer.url.replace('wss:', 'ws:')))
    await expect(opened).rejects.toMatchObject({
      code: expect.stringMatching(/^gateway\.(closed|not-a-gateway)$/) as string,
    })
  })

  it('asks for its password, and refuses a wrong one', async () => {
    await expect(openGateway(optionsFor(fingerprint, peer.url, null))).rejects.toMatchObject({
      code: 'auth.password-missing',
    })
    await expect(openGateway(optionsFor(fingerprint, peer.url, 'wrong'))).rejects.toMatchObject({
      code: 'auth.password-wrong',
    })
  })
})
