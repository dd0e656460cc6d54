import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createLocalGateway } from '../../../electron/local-gateway/local-gateway-service.ts'
import type { LocalGateway } from '../../../electron/local-gateway/local-gateway.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { createRedactor } from '../../../electron/log/redactor.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'
import {
  cleanEnvironment,
  gatewayPeerDir,
  gatewayPeerVersion,
  projectNode,
  startGatewayPeer,
  type GatewayPeer,
} from '../../fixtures/gateway-peer.ts'

let peer: GatewayPeer
let dataDir = ''
let gateway: LocalGateway

function open(): LocalGateway {
  return createLocalGateway({
    spawner: systemSpawner,
    clock: systemClock,
    log: silentLogger,
    preferences: () => ({
      openclawPath: path.join(gatewayPeerDir(), 'openclaw', 'node_modules', '.bin', 'openclaw'),
      nodePath: projectNode(),
    }),
    env: {
      ...cleanEnvironment(peer.home),
      OPENCLAW_STATE_DIR: peer.stateDir,
      OPENCLAW_CONFIG_PATH: peer.configFile,
      OPENCLAW_DISABLE_BONJOUR: '1',
      OPENCLAW_NO_AUTO_UPDATE: '1',
      // The gateway says nothing on its console when it finds itself under test.
      VITEST: undefined,
      NODE_ENV: undefined,
    },
    home: peer.home,
    dataDir,
    redactor: createRedactor(),
  })
}

const receiptPid = async (): Promise<number> => {
  const text = await readFile(path.join(dataDir, 'local-gateway', 'child.json'), 'utf8').catch(() => '{}')
  return (JSON.parse(text) as { pid?: number }).pid ?? 0
}

beforeAll(async () => {
  peer = await startGatewayPeer()
  dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-local-real-'))
  gateway = open()
})
afterEach(async () => {
  // The second stop kills.
  await Promise.allSettled([gateway.stop(), gateway.stop()])
})
afterAll(async () => {
  await gateway.close('stop')
  await peer.stop()
  await rm(dataDir, { recursive: true, force: true })
})

describe('the real gateway of this computer', () => {
  it('is attached to where it runs, with port and token of its own configuration, and left running', async () => {
    await gateway.look()
    expect(gateway.view()).toMatchObject({
      state: 'running',
      owner: 'other',
      version: gatewayPeerVersion,
      port: peer.port,
      configFile: peer.configFile,
      error: null,
    })
    expect(await gateway.endpoint(null)).toEqual({
      port: peer.port,
      token: peer.token,
      password: null,
      tls: null,
    })
    const { pid } = peer
    await gateway.start()
    await expect(gateway.stop()).rejects.toMatchObject({ code: 'input.invalid' })
    process.kill(pid, 0)
  })

  it('is started, started again after kill -9, left to the next Hawser, and stopped', async () => {
    await peer.shutDown()
    await gateway.start()
    expect(gateway.view()).toMatchObject({ state: 'running', owner: 'hawser', version: gatewayPeerVersion })
    const first = await receiptPid()
    process.kill(first, 'SIGKILL')
    await vi.waitFor(() => expect(gateway.view().state).toBe('starting'), { timeout: 20_000 })
    await vi.waitFor(() => expect(gateway.view().state).toBe('running'), { timeout: 90_000, interval: 200 })
    const second = await receiptPid()
    expect(second).not.toBe(first)
    await vi.waitFor(() => expect(gateway.view().logTail.join('\n')).toContain('[gateway] ready'), {
      timeout: 20_000,
    })
    expect(gateway.view().logTail.join('\n')).not.toContain(peer.token)

    await gateway.close('leave')
    gateway = open()
    await gateway.look()
    await vi.waitFor(() => expect(gateway.view().state).toBe('running'), { timeout: 20_000 })
    expect(gateway.view().owner).toBe('hawser')
    expect(await receiptPid()).toBe(second)

    await gateway.stop()
    expect(gateway.view()).toMatchObject({ state: 'stopped', owner: null, error: null })
    expect(() => process.kill(second, 0)).toThrow('ESRCH')
    expect(await readFile(peer.configFile, 'utf8')).toContain(peer.token)
  }, 300_000)

  it('is not hammered with a configuration it refuses, and says what is wrong', async () => {
    const good = await readFile(peer.configFile, 'utf8')
    const broken = JSON.parse(good) as { gateway: Record<string, unknown> }
    delete broken.gateway['mode']
    await writeFile(peer.configFile, JSON.stringify(broken))
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.config-invalid' })
    expect(gateway.view().state).toBe('failed')
    expect(gateway.view().error?.message).toContain('gateway.mode')
    expect(await readFile(peer.configFile, 'utf8')).toBe(JSON.stringify(broken))
    await writeFile(peer.configFile, good)
  })

  it('is not started on a port that another program has, which is named', async () => {
    const stranger = createServer((socket) => socket.resume().end()).listen(peer.port, '127.0.0.1')
    await once(stranger, 'listening')
    await expect(gateway.start()).rejects.toMatchObject({ code: 'local.port-taken' })
    expect(gateway.view().error?.message).toContain(`(pid ${process.pid})`)
    stranger.close()
    await once(stranger, 'close')
  })
})
