import { describe, expect, it } from 'vitest'
import { Links } from '../../../electron/app/links.ts'
import type { ChatService } from '../../../electron/chat/chat-service.ts'
import type { Connection } from '../../../electron/connection/connection.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { initialState } from '../../../electron/connection/machine.ts'

const none = { dispose() {} }

/** Connections that take a turn to close, and a count of those that were never closed. */
function world() {
  const open = new Set<string>()
  let made = 0
  const create = (gateway: SavedGateway): Connection => {
    const name = `${gateway.id}#${++made}`
    open.add(name)
    let phase: 'idle' | 'connecting' = 'idle'
    return {
      view: () => ({
        ...initialState('ssh', 0),
        phase,
        gatewayId: gateway.id,
        engine: null,
        localPort: { state: 'off' },
        gateway: null,
        latency: null,
        activeRuns: 0,
      }),
      session: () => null,
      connect: () => {
        phase = 'connecting'
      },
      disconnect: () => Promise.resolve(),
      retry() {},
      nudge() {},
      setWatched() {},
      setActiveRuns() {},
      onChange: () => none,
      onSession: () => none,
      close: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        open.delete(name)
      },
    }
  }
  const chat = {
    attach() {},
    detach() {},
    activeRuns: () => 0,
    onActiveRuns: () => none,
  } as unknown as ChatService
  const links = new Links({ chat, create, onViews: () => {} })
  return { links, open }
}

const gateway = (target: string): SavedGateway => ({
  id: 'g',
  name: 'g',
  wanted: true,
  demo: false,
  place: {
    kind: 'ssh',
    target,
    remotePort: 18_789,
    localPort: { mode: 'off' },
    engine: 'auto',
    identityFile: null,
  },
})

describe('the links of the saved gateways', () => {
  it('however fast a gateway is edited, one connection of it stands, and it goes on', async () => {
    const { links, open } = world()
    await links.follow([gateway('a')])
    links.get('g').connect()
    await Promise.all([
      links.follow([gateway('b')]),
      links.follow([gateway('c')]),
      links.follow([gateway('d')]),
    ])
    expect(open.size).toBe(1)
    expect(links.get('g').view().phase).toBe('connecting')
    await links.close()
    expect(open.size).toBe(0)
  })

  it('removed while it is being renewed, nothing of it is left', async () => {
    const { links, open } = world()
    await links.follow([gateway('a')])
    await Promise.all([links.follow([gateway('b')]), links.follow([])])
    expect(open.size).toBe(0)
    expect(() => links.get('g')).toThrow('gateway.unknown')
  })
})
