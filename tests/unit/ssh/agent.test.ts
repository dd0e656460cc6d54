import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../electron/platform/clock.ts'
import { SshAgent } from '../../../electron/ssh/agent.ts'
import { generateEd25519 } from '../../../electron/ssh/private-key.ts'
import { utils } from '../../../electron/ssh/ssh2.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { until } from '../../fixtures/ssh-links.ts'

const never = new AbortController().signal
let directory: string
let path: string
let server: Server
const sockets = new Set<Socket>()

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hawser-agent-'))
  path = process.platform === 'win32' ? `\\\\.\\pipe\\${directory}` : join(directory, 'agent.sock')
  server = createServer((socket) => {
    sockets.add(socket)
    socket.resume()
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(path)
  await once(server, 'listening')
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  rmSync(directory, { recursive: true, force: true })
})

test('an agent that never answers is given up in time, and its socket goes with it', async () => {
  const clock = new FakeClock()
  const agent = new SshAgent(path, clock)
  const listing = agent.list(never)
  listing.catch(() => {})
  await until('it is asked', () => sockets.size === 1)
  await clock.advance(5_000)
  await expect(listing).rejects.toThrow('no answer in time')
  await until('its socket is gone', () => sockets.size === 0)
})

test('giving up ends the wait; disposing ends a signature that is waited for', async () => {
  const agent = new SshAgent(path, systemClock)
  const abort = new AbortController()
  const listing = agent.list(abort.signal)
  abort.abort(new Error('stop'))
  await expect(listing).rejects.toThrow('stop')
  const key = utils.parseKey(generateEd25519().privateKey)
  if (key instanceof Error) throw key
  const failed = new Promise<Error | null | undefined>((resolve) => {
    agent.sign(key, Buffer.alloc(1), {}, resolve)
  })
  await until('it is asked', () => sockets.size > 0)
  agent.dispose()
  expect(await failed).toBeInstanceOf(Error)
  await until('its socket is gone', () => sockets.size === 0)
})

test('one that hangs up, or is not there, is an error', async () => {
  server.on('connection', (socket) => socket.destroy())
  await expect(new SshAgent(path, systemClock).list(never)).rejects.toThrow()
  await expect(new SshAgent(join(directory, 'nope'), systemClock).list(never)).rejects.toThrow()
})
