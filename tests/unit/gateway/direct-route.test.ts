import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createScriptedGateway, type ScriptedGateway } from '../../../electron/demo/scripted-gateway.ts'
import { directRoute } from '../../../electron/gateway/direct-route.ts'
import { openGateway } from '../../../electron/gateway/gateway-session.ts'
import { plaintextAllowed } from '../../../electron/gateway/plaintext.ts'
import { openOptions } from '../../fixtures/scripted-peer.ts'
import { testCertificate } from '../../fixtures/scripted-certificate.ts'

const certificate = testCertificate()
const wrongPin = 'AB:'.repeat(31) + 'CD'
const never = new AbortController().signal

const servers: Server[] = []
const gateways: ScriptedGateway[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  for (const gateway of gateways.splice(0)) await gateway.close()
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function scripted(): ScriptedGateway {
  const gateway = createScriptedGateway({ token: 'right' })
  gateways.push(gateway)
  return gateway
}

/** A gateway behind TLS; `bytes` counts what of the inside it was ever sent. */
async function tlsGateway(): Promise<{ readonly port: number; readonly bytes: () => number }> {
  const gateway = scripted()
  let bytes = 0
  const server = createTlsServer(certificate, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => (bytes += data.length))
    gateway.accept(socket)
  })
  server.on('tlsClientError', () => undefined)
  return { port: await listening(server), bytes: () => bytes }
}

const route = (url: string, tlsFingerprint: string | null = null): ReturnType<typeof directRoute> =>
  directRoute({ url, tlsFingerprint, host: 'harbour' })
const open = (url: string, pin: string | null = null): Promise<Duplex> => route(url, pin).stream(never)

describe('plain ws://', () => {
  it.each([
    ['localhost', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['10.1.2.3', true],
    ['172.31.0.1', true],
    ['192.168.1.5', true],
    ['169.254.7.7', true],
    ['100.101.102.103', true],
    ['fd12:3456::1', true],
    ['fe80::1', true],
    ['nas.local', true],
    ['host.tail1234.ts.net', true],
    ['172.32.0.1', false],
    ['100.128.0.1', false],
    ['8.8.8.8', false],
    ['2001:db8::1', false],
    ['gateway.example.com', false],
    ['localhost.example.com', false],
    ['ts.net.example.com', false],
    ['::ffff:8.8.8.8', false],
  ] as const)('to %s is allowed: %s', (host, allowed) => {
    expect(plaintextAllowed(host)).toBe(allowed)
  })

  it('is refused to a public address before anything is sent or looked up', async () => {
    await expect(open('ws://gateway.example.com:18789')).rejects.toMatchObject({ code: 'tls.required' })
  })

  it('connects to a gateway on loopback, which is trusted with a device token', async () => {
    const port = await scripted().listen()
    const way = route(`ws://127.0.0.1:${port}`)
    expect(way).toMatchObject({ trusted: true, port, host: 'harbour' })
    const session = await openGateway(openOptions(way).options)
    expect(session.facts.protocol).toBe(4)
    await session.close()
  })

  it('to a TLS port says so', async () => {
    const { port } = await tlsGateway()
    const opened = openGateway(openOptions(route(`ws://127.0.0.1:${port}`)).options)
    await expect(opened).rejects.toMatchObject({
      code: expect.stringMatching(/^gateway\.(not-a-gateway|closed)$/) as string,
    })
  })
})

describe('wss://', () => {
  it.each([
    certificate.fingerprint,
    certificate.fingerprint.toLowerCase(),
    `sha256:${certificate.fingerprint.replaceAll(':', '')}`,
  ])('with the right pin %s connects, whoever signed the certificate', async (pin) => {
    const { port } = await tlsGateway()
    const way = route(`wss://127.0.0.1:${port}`, pin)
    expect(way.trusted).toBe(true)
    const session = await openGateway(openOptions(way).options)
    expect(session.facts.protocol).toBe(4)
    await session.close()
  })

  it('with another pin stops before a byte of HTTP, and shows both fingerprints', async () => {
    const { port, bytes } = await tlsGateway()
    const opened = open(`wss://127.0.0.1:${port}`, wrongPin)
    await expect(opened).rejects.toMatchObject({ code: 'tls.pin-mismatch' })
    const message = await opened.catch((error: Error) => error.message)
    expect(message).toContain(certificate.fingerprint)
    expect(message).toContain(wrongPin)
    expect(bytes()).toBe(0)
  })

  it('without a pin wants a certificate that the system trusts', async () => {
    const { port, bytes } = await tlsGateway()
    const opened = open(`wss://127.0.0.1:${port}`)
    await expect(opened).rejects.toMatchObject({ code: 'tls.untrusted' })
    expect(await opened.catch((error: Error) => error.message)).toContain('self-signed')
    expect(bytes()).toBe(0)
  })

  it('to a plain port says that TLS is not spoken', async () => {
    const port = await scripted().listen()
    await expect(open(`wss://127.0.0.1:${port}`, wrongPin)).rejects.toMatchObject({ code: 'tls.not-spoken' })
  })

  it('without a pin is not trusted with a device token', () => {
    expect(route('wss://gateway.example.com').trusted).toBe(false)
    expect(route('wss://gateway.example.com').port).toBe(443)
  })
})

describe('an address', () => {
  it('that nothing listens on is refused', async () => {
    const server = createTcpServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    servers.length = 0
    await expect(open(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'network.refused' })
  })

  it('that has no such name says so', async () => {
    await expect(open('ws://no-such-host.local.:1')).rejects.toMatchObject({ code: 'network.name-unknown' })
  })

  it.each(['http://127.0.0.1', 'harbour', 'ws://'])('like %s is not valid', async (url) => {
    await expect(open(url)).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it('never carries a password on', () => {
    expect(route('wss://user:secret@gateway.example.com/x#y').url).toBe('wss://gateway.example.com/x')
  })

  it('can be aborted while it connects, and leaves no socket', async () => {
    const abort = new AbortController()
    const silent = createTcpServer((socket) => socket.on('error', () => undefined).resume())
    const port = await listening(silent)
    const opened = directRoute({
      url: `wss://127.0.0.1:${port}`,
      tlsFingerprint: wrongPin,
      host: 'harbour',
    }).stream(abort.signal)
    await new Promise((resolve) => silent.once('connection', resolve))
    abort.abort()
    await expect(opened).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('that takes the connection and then says nothing of TLS times out', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined).resume())
    const port = await listening(silent)
    const alarms: Array<() => void> = []
    const way = directRoute(
      { url: `wss://127.0.0.1:${port}`, tlsFingerprint: wrongPin, host: 'harbour' },
      {
        now: () => 0,
        monotonic: () => 0,
        after(_ms, callback) {
          alarms.push(callback)
          return { dispose: () => undefined }
        },
      },
    )
    const opened = way.stream(never)
    await new Promise((resolve) => silent.once('connection', resolve))
    while (alarms.length < 2) await new Promise((resolve) => setImmediate(resolve))
    alarms[1]?.()
    await expect(opened).rejects.toMatchObject({ code: 'network.timeout' })
  })
})
