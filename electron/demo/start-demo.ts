import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { defaultGatewayPort } from '../../shared/model/gateway.ts'
import { demoWords } from '../../shared/text/demo.ts'
import type { RunningDemo } from '../app/core-rooms.ts'
import { startDemoSshServer } from './demo-ssh-server.ts'
import { createScriptedGateway } from './scripted-gateway.ts'

/**
 * Starts an SSH server and a scripted gateway, both in this process and on loopback only, so that anybody can try
 * everything offline. Its keys and token are made anew each time and are worth nothing outside this process.
 */
export async function startDemo(newId: () => string): Promise<RunningDemo> {
  const token = randomBytes(16).toString('hex')
  const gateway = createScriptedGateway({ token, version: 'demo' })
  const server = await startDemoSshServer({ forward: (stream) => gateway.accept(stream) })
  const directory = await mkdtemp(path.join(tmpdir(), 'hawser-demo-'))
  const identityFile = path.join(directory, 'id_ed25519')
  const knownHostsFile = path.join(directory, 'known_hosts')
  await writeFile(identityFile, server.privateKey, { mode: 0o600 })
  await writeFile(knownHostsFile, `${server.knownHostsLine}\n`, { mode: 0o600 })
  return {
    token,
    knownHostsFile,
    gateway: {
      id: newId(),
      name: demoWords.gatewayName,
      demo: true,
      wanted: true,
      place: {
        kind: 'ssh',
        target: server.target,
        remotePort: defaultGatewayPort,
        localPort: { mode: 'off' },
        engine: 'builtin',
        identityFile,
      },
    },
    async close() {
      await gateway.close()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
