import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { createScriptedGateway } from '../../electron/demo/scripted-gateway.ts'
import { deviceIdentity, generateDeviceKey } from '../../electron/gateway/device-identity.ts'
import { openGateway } from '../../electron/gateway/gateway-session.ts'
import { defaultScopes } from '../../electron/gateway/scopes.ts'
import type { GatewaySession } from '../../electron/gateway/session.ts'
import { silentLogger } from '../../electron/log/logger.ts'
import { systemClock } from '../../electron/platform/clock.ts'
import { projectNode } from '../fixtures/gateway-peer.ts'
import { startSlowProxy } from '../fixtures/slow-proxy.ts'
import { startSshd, type Sshd } from '../fixtures/sshd.ts'
import { median, percentile, table, timed, type Row } from './measure.ts'
import { openOurLink, openPeerTunnel, tcp } from './tunnels.ts'

/*
 * `npm run bench`: Hawser beside `ssh -N -L` and a bare WebSocket client, interleaved in one run on one machine, so
 * that the ratios hold though the machine is noisy. Prints a Markdown table; asserts nothing.
 */

const rounds = 9
const identity = deviceIdentity(generateDeviceKey())
const never = new AbortController().signal

/** The way to hello-ok over a stream. */
function sayHello(stream: () => Promise<Duplex>, port: number): Promise<GatewaySession> {
  return openGateway({
    route: { url: `ws://127.0.0.1:${port}/`, host: 'bench', port, trusted: true, stream },
    identity,
    credentials: { token: 'bench', password: null, deviceToken: null },
    scopes: defaultScopes,
    clientVersion: '0',
    instanceId: 'bench',
    platform: 'linux',
    clock: systemClock,
    log: silentLogger,
    signal: never,
    onStage: () => {},
    onDeviceToken: () => {},
  })
}

async function coldConnect(
  sshd: Sshd,
  sshPort: number,
  gatewayPort: number,
  what: string,
  budget: number,
): Promise<Row> {
  const ours: number[] = []
  const peer: number[] = []
  for (let round = -1; round < rounds; round += 1) {
    const ourMs = await timed(async () => {
      const link = await openOurLink(sshd, sshPort)
      const session = await sayHello(() => link.openChannel('127.0.0.1', gatewayPort, never), gatewayPort)
      closers.push(async () => {
        await session.close()
        await link.close()
      })
    })
    const peerMs = await timed(async () => {
      const tunnel = await openPeerTunnel(sshd, sshPort, gatewayPort)
      const session = await sayHello(() => Promise.resolve(tcp(tunnel.port)), tunnel.port)
      closers.push(async () => {
        await session.close()
        await tunnel.close()
      })
    })
    while (closers.length > 0) await closers.pop()?.()
    // The first round warms up.
    if (round < 0) continue
    ours.push(ourMs)
    peer.push(peerMs)
  }
  return { what, ours: median(ours), peer: median(peer), unit: 'ms', budget }
}
const closers: (() => Promise<void>)[] = []

/** Round trips of one message after the other; ms each. */
async function pingPong(stream: Duplex, bytes: number, count: number): Promise<number[]> {
  const socket = new WebSocket('ws://127.0.0.1/', {
    createConnection: () => stream,
    perMessageDeflate: false,
  })
  await once(socket, 'open')
  const message = JSON.stringify({ text: 'x'.repeat(bytes - 11) })
  const samples: number[] = []
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    socket.send(message)
    await once(socket, 'message')
    samples.push(performance.now() - start)
  }
  socket.close()
  await once(socket, 'close')
  return samples
}

async function roundTrips(sshd: Sshd, echoPort: number, bytes: number, count: number): Promise<Row[]> {
  const ours: number[] = []
  const peer: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const link = await openOurLink(sshd, sshd.port)
    ours.push(...(await pingPong(await link.openChannel('127.0.0.1', echoPort, never), bytes, count)))
    await link.close()
    const tunnel = await openPeerTunnel(sshd, sshd.port, echoPort)
    peer.push(...(await pingPong(tcp(tunnel.port), bytes, count)))
    await tunnel.close()
  }
  const size = bytes >= 1000 ? `${bytes / 1000} KB` : `${bytes} B`
  return [
    { what: `round trip ${size}, p50`, ours: median(ours), peer: median(peer), unit: 'ms', budget: 0.9 },
    {
      what: `round trip ${size}, p99`,
      ours: percentile(ours, 0.99),
      peer: percentile(peer, 0.99),
      unit: 'ms',
      budget: null,
    },
  ]
}

/** Process start to the address of the page, which is printed once the first snapshot stands; ms. */
async function coreReady(): Promise<number> {
  const samples: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-bench-'))
    const cli = path.join(import.meta.dirname, '..', '..', 'out', 'cli.js')
    const { PATH, HOME } = process.env
    const start = performance.now()
    const child = spawn(projectNode(), [cli, 'serve', '--no-open', '--json', '--data-dir', dataDir], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH, HOME },
    })
    await once(child.stdout, 'data')
    samples.push(performance.now() - start)
    child.kill('SIGTERM')
    await once(child, 'close')
    await rm(dataDir, { recursive: true, force: true })
  }
  return median(samples)
}

const sshd = await startSshd()
const echo = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
echo.on('connection', (socket) =>
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
)
await once(echo, 'listening')
const echoAddress = echo.address()
if (typeof echoAddress === 'string' || echoAddress === null) throw new Error('the echo server has no port')
const gateway = createScriptedGateway({ token: 'bench' })
const gatewayPort = await gateway.listen(0)
const slow = await startSlowProxy(sshd.port, 25)
try {
  const rows = [
    await coldConnect(sshd, sshd.port, gatewayPort, 'cold connect to hello-ok, loopback', 0.6),
    await coldConnect(sshd, slow.port, gatewayPort, 'cold connect to hello-ok, 50 ms', 0.8),
    ...(await roundTrips(sshd, echoAddress.port, 200, 1000)),
    ...(await roundTrips(sshd, echoAddress.port, 20_000, 200)),
  ]
  console.log(table(rows))
  console.log(
    `\ncore ready (process start to first snapshot, page address printed): ${(await coreReady()).toFixed(0)} ms, budget 300 ms`,
  )
} finally {
  await slow.close()
  await gateway.close()
  echo.close()
  await sshd.dispose()
}
