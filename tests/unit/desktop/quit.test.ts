import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { createQuitPath, quitDeadlineMs } from '../../../electron/desktop/quit.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { FakeClock, settled } from '../../fixtures/fake-clock.ts'
import { app, calls, resetElectron } from '../../stubs/electron.ts'

beforeEach(() => resetElectron())

function start(close: () => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock()
  const system = new EventEmitter()
  let closes = 0
  const path = createQuitPath({
    clock,
    log: () => silentLogger,
    process: system as unknown as NodeJS.Process,
    close: () => {
      closes += 1
      return close()
    },
  })
  return { clock, system, path, closes: () => closes }
}
const exits = (): unknown[] => calls.filter(({ name }) => name === 'app.exit').map(({ args }) => args[0])

describe('quitting', () => {
  it('closes first, then exits; Electron may not quit on its own', async () => {
    const { closes } = start()
    app.quit()
    expect(calls.map(({ name }) => name)).toContain('before-quit prevented')
    await settled()
    expect(exits()).toEqual([0])
    app.quit()
    await settled()
    expect(closes()).toBe(1)
    expect(exits()).toEqual([0])
  })

  it('waits three seconds and no longer', async () => {
    const { path, clock } = start(() => new Promise(() => {}))
    path.quit('test')
    await clock.advance(quitDeadlineMs - 1)
    expect(exits()).toEqual([])
    await clock.advance(1)
    expect(exits()).toEqual([0])
  })

  it('exits when closing fails', async () => {
    const { path } = start(() => Promise.reject(new Error('no')))
    path.quit('test')
    await settled()
    expect(exits()).toEqual([0])
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('follows %s', async (signal) => {
    const { system } = start()
    system.emit(signal)
    await settled()
    expect(exits()).toEqual([0])
  })

  it.each(['uncaughtException', 'unhandledRejection'])(
    'ends in order after %s, with code 1',
    async (event) => {
      const { system, closes } = start()
      system.emit(event, new Error('a bug'))
      system.emit(event, 'another')
      await settled()
      expect(closes()).toBe(1)
      expect(exits()).toEqual([1])
    },
  )

  it('lets go of the process', () => {
    const { path, system } = start()
    path.dispose()
    expect(system.eventNames()).toEqual([])
  })
})
