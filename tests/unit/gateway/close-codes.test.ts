import { describe, expect, it } from 'vitest'
import { closeFailure } from '../../../electron/gateway/close-codes.ts'

const peer = { host: 'harbour', port: 18_789 }

describe('a closed socket', () => {
  it.each([
    [1000, '', 'gateway.closed'],
    [1001, '', 'gateway.closed'],
    [1002, 'protocol mismatch', 'gateway.protocol-mismatch'],
    [1002, '', 'gateway.closed'],
    [1006, '', 'gateway.closed'],
    [1008, 'slow consumer', 'gateway.closed'],
    [1009, '', 'gateway.closed'],
    [1011, 'handler unavailable', 'gateway.closed'],
    [1012, 'service restart', 'gateway.restarting'],
    [1013, 'gateway starting', 'gateway.starting'],
    [1013, 'gateway restart in progress', 'gateway.restarting'],
    [4000, 'tick timeout', 'gateway.not-responding'],
    [4001, 'device removed', 'gateway.closed'],
  ] as const)('%i %s is %s', (code, reason, expected) => {
    expect(closeFailure({ code, reason }, peer).code).toBe(expected)
  })

  it('heals by connecting again, but for a version mismatch', () => {
    expect(closeFailure({ code: 1006, reason: '' }, peer).transient).toBe(true)
    expect(closeFailure({ code: 1008, reason: 'slow consumer' }, peer).transient).toBe(true)
    expect(closeFailure({ code: 1002, reason: 'protocol mismatch' }, peer).transient).toBe(false)
  })

  it('tells a restart from a stop by what the gateway announced', () => {
    const close = { code: 1012, reason: 'service restart' }
    const stopped = closeFailure(close, peer, { reason: 'gateway stopping', restartExpectedMs: null })
    expect(stopped.code).toBe('gateway.closed')
    expect(stopped.error.message).toContain('it was stopped')
    const restarting = closeFailure(close, peer, { reason: 'gateway restarting', restartExpectedMs: 1500 })
    expect(restarting.code).toBe('gateway.restarting')
    expect(restarting.error.retryAfterMs).toBe(1500)
  })
})
