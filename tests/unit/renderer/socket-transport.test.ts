import { describe, expect, it } from 'vitest'
import {
  createSocketTransport,
  secretRefused,
  type SocketLike,
} from '../../../renderer/bridge/socket-transport.ts'
import { LinkLost } from '../../../renderer/bridge/transport.ts'

class FakeSocket extends EventTarget {
  readonly sent: string[] = []
  readyState = 1
  closed = false
  send(data: string): void {
    this.sent.push(data)
  }
  close(): void {
    this.closed = true
  }
  open(): void {
    this.dispatchEvent(new Event('open'))
  }
  receive(frame: unknown): void {
    this.dispatchEvent(
      Object.assign(new Event('message'), {
        data: typeof frame === 'string' ? frame : JSON.stringify(frame),
      }),
    )
  }
  drop(code: number): void {
    this.dispatchEvent(Object.assign(new Event('close'), { code }))
  }
}

const make = (secret: string | null = 'abc') => {
  const sockets: FakeSocket[] = []
  const offered: (readonly string[])[] = []
  const timers: { ms: number; callback: () => void }[] = []
  const transport = createSocketTransport({
    secret,
    open: (protocols) => {
      const socket = new FakeSocket()
      sockets.push(socket)
      offered.push(protocols)
      return socket as unknown as SocketLike
    },
    after: (ms, callback) => {
      timers.push({ ms, callback })
      return () => timers.splice(0)
    },
    random: () => 0.5,
  })
  const states: string[] = []
  transport.onState((state) => states.push(state))
  const last = (): FakeSocket => sockets.at(-1)!
  return { transport, sockets, offered, timers, states, last, fire: () => timers.shift()!.callback() }
}

describe('the socket of a browser tab', () => {
  it('offers the protocol and the secret, and matches answers to calls', async () => {
    const { transport, offered, last } = make()
    last().open()
    expect(offered).toEqual([['hawser.v1', 'secret.abc']])
    const first = transport.call('app.snapshot', {})
    const second = transport.call('app.quit', {})
    const ids = last().sent.map((frame) => (JSON.parse(frame) as { id: number }).id)
    last().receive({ id: ids[1], result: 'two' })
    last().receive({ id: ids[0], result: 'one' })
    expect(await first).toBe('one')
    expect(await second).toBe('two')
  })

  it('passes events on and drops what is no frame', () => {
    const { transport, last } = make()
    const heard: unknown[] = []
    transport.onEvent((event) => heard.push(event))
    last().open()
    last().receive('not json')
    last().receive({ something: 'else' })
    last().receive({ event: 'app.show', payload: 1 })
    expect(heard).toEqual([{ name: 'app.show', payload: 1 }])
  })

  it('rejects calls under way when the link breaks, and tries again with growing pauses', async () => {
    const { transport, states, timers, last, fire } = make()
    last().open()
    const call = transport.call('app.snapshot', {})
    last().drop(1006)
    await expect(call).rejects.toBeInstanceOf(LinkLost)
    await expect(transport.call('app.quit', {})).rejects.toBeInstanceOf(LinkLost)
    const pauses: number[] = []
    for (let round = 0; round < 7; round += 1) {
      pauses.push(timers[0]!.ms)
      fire()
      last().drop(1006)
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000])
    fire()
    last().open()
    expect(states).toEqual(['open', 'lost', 'open'])
    last().drop(1006)
    expect(timers[0]!.ms).toBe(250)
  })

  it('never tries again with a secret that was refused', () => {
    const { transport, timers, last } = make()
    last().drop(secretRefused)
    expect(transport.state()).toBe('refused')
    expect(timers).toEqual([])
  })

  it('opens nothing without a secret', () => {
    const { transport, sockets } = make(null)
    expect(transport.state()).toBe('refused')
    expect(sockets).toEqual([])
  })

  it('ignores what an older socket still says', () => {
    const { transport, sockets, last, fire } = make()
    const heard: unknown[] = []
    transport.onEvent((event) => heard.push(event))
    last().open()
    last().drop(1006)
    fire()
    sockets[0]!.receive({ event: 'app.show', payload: 'stale' })
    expect(heard).toEqual([])
    transport.close()
    expect(last().closed).toBe(true)
  })
})
