import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'
import { openLocalForward, type LocalForward } from '../../../electron/ssh/local-forward.ts'
import type { LocalPortChoice } from '../../../shared/model/gateway.ts'
import { freePort } from '../../fixtures/free-port.ts'
import { tcpServer, until } from '../../fixtures/ssh-links.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

/** The far side: a channel is a plain socket to it here. */
async function forwardTo(
  port: number,
  choice: LocalPortChoice,
  channels: Socket[] = [],
): Promise<LocalForward> {
  const forward = await openLocalForward({
    choice,
    spawner: systemSpawner,
    log: silentLogger,
    async openChannel(signal) {
      const channel = connect({ port, host: '127.0.0.1', allowHalfOpen: true, signal })
      channels.push(channel)
      await once(channel, 'connect')
      return channel
    },
  })
  open.push(forward)
  return forward
}

async function farSide(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await listening(server, 0)
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(resolve))
    },
  })
  return (server.address() as AddressInfo).port
}
const listening = (server: Server, port: number): Promise<unknown> => {
  server.listen(port, '127.0.0.1')
  return once(server, 'listening')
}
const client = (forward: LocalForward): Socket => {
  const socket = connect({ port: forward.port ?? 0, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  open.push({ close: () => socket.destroy() })
  return socket
}

test('off means: nothing listens', async () => {
  const forward = await forwardTo(1, { mode: 'off' })
  expect(forward.view).toEqual({ state: 'off' })
  expect(forward.port).toBeNull()
})

test('a free preferred port is taken, and carries bytes both ways with half-closing', async () => {
  const far = await farSide((socket) => {
    let got = 0
    socket.on('data', (chunk) => (got += chunk.length))
    socket.on('end', () => socket.end(`got ${got}`))
  })
  const port = await freePort()
  const forward = await forwardTo(far, { mode: 'preferred', port })
  expect(forward.view).toEqual({ state: 'listening', port, preferredTakenBy: null })
  const socket = client(forward)
  socket.end(Buffer.alloc(200_000))
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  expect(answer).toBe('got 200000')
})

test('what the far side said last arrives before its hang-up', async () => {
  const far = await farSide((socket) => socket.end(Buffer.alloc(300_000)))
  const socket = client(await forwardTo(far, { mode: 'fixed', port: await freePort() }))
  let got = 0
  for await (const chunk of socket) got += (chunk as Buffer).length
  expect(got).toBe(300_000)
})

test('a taken preferred port gives way to a free one and names who has it', async () => {
  const taken = await tcpServer(() => {})
  open.push(taken)
  const forward = await forwardTo(1, { mode: 'preferred', port: taken.port })
  expect(forward.view).toMatchObject({
    state: 'listening',
    preferredTakenBy: expect.stringContaining(`(pid ${process.pid})`) as string,
  })
  expect(forward.port).not.toBe(taken.port)
})

test('a taken fixed port is a failure that names who has it, and nothing listens', async () => {
  const taken = await tcpServer(() => {})
  open.push(taken)
  const forward = await forwardTo(1, { mode: 'fixed', port: taken.port })
  expect(forward.port).toBeNull()
  expect(forward.view).toMatchObject({
    state: 'failed',
    error: { code: 'local.port-taken', message: expect.stringContaining(`pid ${process.pid}`) as string },
  })
})

test('while the link is down clients are turned away, and the port stays', async () => {
  let up = false
  const far = await farSide((socket) => socket.end('hello'))
  const forward = await openLocalForward({
    choice: { mode: 'preferred', port: await freePort() },
    spawner: systemSpawner,
    log: silentLogger,
    async openChannel() {
      if (!up) throw new Error('down')
      const channel = connect(far, '127.0.0.1')
      await once(channel, 'connect')
      return channel
    },
  })
  open.push(forward)
  await once(client(forward).resume(), 'end')
  up = true
  expect(String((await once(client(forward), 'data'))[0])).toBe('hello')
})

test('a client that leaves early takes its channel along; closing takes everybody along and frees the port', async () => {
  const far = await farSide((socket) => socket.resume())
  const channels: Socket[] = []
  const forward = await forwardTo(far, { mode: 'preferred', port: await freePort() }, channels)
  const first = client(forward)
  await once(first, 'connect')
  await until('its channel is open', () => channels[0]?.readyState === 'open')
  first.resetAndDestroy()
  await until('its channel is gone', () => channels[0]?.destroyed === true)
  const second = client(forward)
  await until('the second channel is open', () => channels[1]?.readyState === 'open')
  const gone = once(second, 'close')
  await forward.close()
  second.resume()
  second.end()
  await gone
  expect(channels[1]?.destroyed).toBe(true)
  const again = createServer()
  await listening(again, forward.port ?? 0)
  again.close()
})

test('a client that does not read holds the sender back', async () => {
  let sent = 0
  const far = await farSide((socket) => {
    const push = (): void => {
      while (socket.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024
      socket.once('drain', push)
    }
    push()
  })
  const socket = client(await forwardTo(far, { mode: 'fixed', port: await freePort() }))
  socket.pause()
  await until('something is sent', () => sent > 0)
  let last = -1
  await until('nothing more is sent', () => {
    const still = sent === last
    last = sent
    return still
  })
  expect(sent).toBeLessThan(64 * 1024 * 1024)
})
