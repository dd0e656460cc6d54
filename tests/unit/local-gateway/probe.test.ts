import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { probeGateway } from '../../../electron/local-gateway/probe.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function portOf(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  return (server.address() as { port: number }).port
}

/** A server with these pages; all others are 404. */
function pages(answers: Readonly<Record<string, readonly [number, object]>>): Server {
  return createServer((request, response) => {
    const [status, body] = answers[request.url ?? ''] ?? [404, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}
const live = [200, { ok: true, status: 'live' }] as const

describe('probeGateway', () => {
  it.each([
    [
      'ready',
      { '/readyz': [200, { ready: true }], '/startupz': [200, { status: 'started', version: '1.2' }] },
      { state: 'ready', version: '1.2' },
    ],
    [
      'ready although a channel has trouble',
      {
        '/readyz': [503, { failing: ['telegram'] }],
        '/startupz': [200, { status: 'started', version: '1.2' }],
      },
      { state: 'ready', version: '1.2' },
    ],
    [
      'starting',
      { '/readyz': [503, {}], '/startupz': [503, { status: 'starting', version: '1.2' }] },
      { state: 'starting', version: '1.2' },
    ],
    [
      'draining',
      { '/readyz': [503, {}], '/startupz': [503, { status: 'draining' }] },
      { state: 'draining', version: null },
    ],
    ['ready, of a version without /startupz', { '/readyz': [200, {}] }, { state: 'ready', version: null }],
  ] as const)('%s', async (_what, answers, expected) => {
    const port = await portOf(pages({ '/healthz': live, ...answers }))
    expect(await probeGateway(port, false)).toEqual(expected)
  })

  it('says that nobody listens', async () => {
    const server = createTcpServer()
    const port = await portOf(server)
    server.close()
    await once(server, 'close')
    expect(await probeGateway(port, false)).toEqual({ state: 'nothing' })
  })

  it('knows an old gateway by its challenge', async () => {
    const server = pages({})
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.send(JSON.stringify({ type: 'event', event: 'connect.challenge', payload: {} }))
    })
    expect(await probeGateway(await portOf(server), false)).toEqual({ state: 'ready', version: null })
  })

  it.each([
    ['a web server', () => pages({ '/healthz': [200, { hello: 1 }] })],
    [
      'another WebSocket',
      () => {
        const server = pages({})
        new WebSocketServer({ server }).on('connection', (socket) => socket.send('{"event":"welcome"}'))
        return server
      },
    ],
    [
      'something that is silent',
      () => createTcpServer((socket) => socket.resume().on('error', () => undefined)),
    ],
    [
      'something that chatters',
      () =>
        createTcpServer((socket) =>
          socket
            .resume()
            .on('error', () => undefined)
            .end('SSH-2.0-x\r\n'),
        ),
    ],
  ])('takes %s for a stranger', async (_what, make) => {
    expect(await probeGateway(await portOf(make()), false, 300)).toEqual({ state: 'stranger' })
  })
})
