import { describe, expect, it } from 'vitest'
import { watchLiveness } from '../../../electron/connection/liveness.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'

function setUp(options: { answers: boolean }) {
  const clock = new FakeClock()
  const seen = { bytes: 0, probes: 0, dead: 0, latencies: [] as number[] }
  const peer = { answers: options.answers, bytesDuringProbe: 0 }
  const liveness = watchLiveness({
    clock,
    bytesReceived: () => seen.bytes,
    probe: (timeoutMs) => {
      seen.probes += 1
      if (peer.answers) {
        seen.bytes += 1
        return Promise.resolve(7)
      }
      return new Promise((_resolve, reject) => {
        clock.after(timeoutMs, () => {
          seen.bytes += peer.bytesDuringProbe
          reject(new Error('no answer'))
        })
      })
    },
    onLatency: (ms) => seen.latencies.push(ms),
    onDead: () => {
      seen.dead += 1
    },
  })
  return { clock, seen, peer, liveness }
}

describe('the liveness watch', () => {
  it('notices a dead peer within 8 s while watched', async () => {
    const { clock, seen, liveness } = setUp({ answers: false })
    liveness.setWatched(true)
    await clock.advance(8_000)
    expect(seen.dead).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('notices a dead peer within 30 s in the background', async () => {
    const { clock, seen } = setUp({ answers: false })
    await clock.advance(17_000)
    expect(seen.dead).toBe(0)
    await clock.advance(13_000)
    expect(seen.dead).toBe(1)
  })

  it('does not probe a link on which bytes arrive', async () => {
    const { clock, seen, liveness } = setUp({ answers: false })
    liveness.setWatched(true)
    for (let second = 0; second < 60; second += 1) {
      seen.bytes += 10
      await clock.advance(1_000)
    }
    expect(seen.probes).toBe(0)
    expect(seen.dead).toBe(0)
  })

  it('is no false alarm when the ping waits behind a full line but bytes still come', async () => {
    const { clock, seen, peer, liveness } = setUp({ answers: false })
    liveness.setWatched(true)
    peer.bytesDuringProbe = 100
    await clock.advance(60_000)
    expect(seen.dead).toBe(0)
    peer.bytesDuringProbe = 0
    await clock.advance(8_000)
    expect(seen.dead).toBe(1)
  })

  it('probes at once after a sleep, and gives the peer 5 s', async () => {
    const { clock, seen } = setUp({ answers: false })
    clock.sleep(3_600_000)
    await clock.advance(0)
    expect(seen.probes).toBe(1)
    expect(seen.dead).toBe(0)
    await clock.advance(5_000)
    expect(seen.dead).toBe(1)
  })

  it('a nudge measures the round trip of a live peer', async () => {
    const { clock, seen, liveness } = setUp({ answers: true })
    liveness.nudge()
    await clock.advance(0)
    expect(seen.latencies).toEqual([7])
    liveness.dispose()
    expect(clock.pending).toBe(0)
  })
})
