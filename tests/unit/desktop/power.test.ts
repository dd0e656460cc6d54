import { beforeEach, describe, expect, it } from 'vitest'
import { currentAddresses, networkPollMs, watchPower } from '../../../electron/desktop/power.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { powerMonitor, resetElectron } from '../../stubs/electron.ts'

beforeEach(() => resetElectron())

function start() {
  const clock = new FakeClock()
  const hints: string[] = []
  const network = { addresses: 'a' }
  const watch = watchPower({
    clock,
    onHint: (reason) => hints.push(reason),
    onShutdown: () => hints.push('shutdown'),
    addresses: () => network.addresses,
  })
  return { clock, hints, network, watch }
}

describe('hints', () => {
  it('come with waking, unlocking and shutting down', () => {
    const { hints } = start()
    for (const event of ['resume', 'unlock-screen', 'shutdown']) powerMonitor.emit(event)
    expect(hints).toEqual(['resume', 'unlock', 'shutdown'])
  })

  it('come once for a network that changed, and not for one that did not', async () => {
    const { clock, hints, network } = start()
    await clock.advance(networkPollMs * 3)
    expect(hints).toEqual([])
    network.addresses = 'b'
    await clock.advance(networkPollMs * 3)
    expect(hints).toEqual(['network changed'])
    network.addresses = 'c'
    powerMonitor.emit('resume')
    await clock.advance(networkPollMs)
    expect(hints).toEqual(['network changed', 'network changed'])
  })

  it('end', async () => {
    const { clock, hints, network, watch } = start()
    watch.dispose()
    network.addresses = 'b'
    powerMonitor.emit('resume')
    await clock.advance(networkPollMs * 2)
    expect(hints).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('the addresses of this computer', () => {
  const entry = (address: string, more: object = {}) =>
    ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4', internal: false, ...more }) as never

  it('leave out what comes and goes in one network', () => {
    const before = currentAddresses({
      lo: [entry('127.0.0.1', { internal: true })],
      en0: [entry('10.0.0.2'), entry('fe80::1'), entry('2001:db8:1:2:aaaa::1')],
    })
    const after = currentAddresses({
      en0: [entry('2001:db8:1:2:bbbb::9'), entry('2001:db8:1:2:cccc::9'), entry('10.0.0.2')],
    })
    expect(before).toBe(after)
  })

  it('differ in another network', () => {
    expect(currentAddresses({ en0: [entry('10.0.0.2')] })).not.toBe(
      currentAddresses({ en0: [entry('10.0.1.2')] }),
    )
    expect(currentAddresses({ en0: [entry('10.0.0.2')] })).not.toBe(
      currentAddresses({ en0: [entry('10.0.0.2')], tun0: [entry('100.64.0.1')] }),
    )
  })
})
