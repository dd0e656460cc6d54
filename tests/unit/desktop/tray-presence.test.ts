import { describe, expect, it } from 'vitest'
import { sessionBusSocket } from '../../../electron/desktop/tray-host.ts'
import { askAgainMs, TrayPresence } from '../../../electron/desktop/tray-presence.ts'
import { FakeClock, settled } from '../../fixtures/fake-clock.ts'

function start(answers: { present: boolean }) {
  const clock = new FakeClock()
  let asked = 0
  let absent = 0
  const presence = new TrayPresence({
    clock,
    ask: () => {
      asked += 1
      return Promise.resolve(answers.present)
    },
    onAbsent: () => (absent += 1),
  })
  return { clock, presence, asked: () => asked, absent: () => absent }
}

describe('whether the tray icon can be seen', () => {
  it('is asked once where it can', async () => {
    const { clock, presence, asked, absent } = start({ present: true })
    expect(presence.present).toBe(false)
    await clock.advance(askAgainMs * 20)
    expect(presence.present).toBe(true)
    expect([asked(), absent()]).toEqual([1, 0])
  })

  it('is given time at login: the tray may come up after us', async () => {
    const answers = { present: false }
    const { clock, presence, absent } = start(answers)
    await clock.advance(askAgainMs * 3)
    answers.present = true
    await clock.advance(askAgainMs * 20)
    expect(presence.present).toBe(true)
    expect(absent()).toBe(0)
  })

  it('is given up after that, once, and asked again when the window is shown', async () => {
    const answers = { present: false }
    const { clock, presence, absent } = start(answers)
    await clock.advance(askAgainMs * 60)
    expect(absent()).toBe(1)
    expect(clock.pending).toBe(0)
    answers.present = true
    await presence.look()
    expect(presence.present).toBe(true)
  })

  it('is nobody’s business after the end', async () => {
    const { clock, presence, absent } = start({ present: false })
    await settled()
    presence.dispose()
    await clock.advance(askAgainMs * 60)
    expect(absent()).toBe(0)
  })
})

describe('the session bus', () => {
  it.each([
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' }, '/run/user/1000/bus'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/tmp/dbus-a%20b,guid=0af' }, '/tmp/dbus-a b'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:guid=1,abstract=/tmp/x' }, '\0/tmp/x'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=x;unix:path=/y' }, '/y'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=localhost,port=1' }, null],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, '/run/user/7/bus'],
    [{}, null],
  ])('of %j', (env, socket) => {
    expect(sessionBusSocket(env)).toBe(socket)
  })
})
