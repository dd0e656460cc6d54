import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askTrayHost, hasTrayHost, sessionBusSocket } from '../../../electron/desktop/tray-host.ts'
import { systemClock } from '../../../electron/platform/clock.ts'
import { systemSpawner, type Child } from '../../../electron/platform/spawn.ts'

/** A real session bus of our own: what it says of a name nobody owns, and of one that is owned (its own). */
let folder = ''
let bus: Child
let address = ''

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hawser-bus-'))
  const listening = new Promise<string>((resolve, reject) => {
    systemSpawner
      .spawnChild(
        'dbus-daemon',
        ['--session', '--nofork', '--print-address=1', `--address=unix:path=${path.join(folder, 'bus')}`],
        { onLine: (line) => resolve(line) },
      )
      .then((child) => {
        bus = child
        return child.exited.then(() => reject(new Error('the bus ended')))
      })
      .catch(reject)
  })
  address = await listening
})
afterAll(async () => {
  await bus.terminate(2000)
  await rm(folder, { recursive: true, force: true })
})

describe('on a real session bus', () => {
  it('finds that nothing shows tray icons', async () => {
    expect(await askTrayHost('linux', { DBUS_SESSION_BUS_ADDRESS: address }, systemClock)).toBe(false)
  })

  it('sees a name that is owned, and many askers at once', async () => {
    const socket = sessionBusSocket({ DBUS_SESSION_BUS_ADDRESS: address })!
    const names = ['org.freedesktop.DBus', 'org.example.Nobody', 'org.freedesktop.DBus']
    const answers = await Promise.all(names.map((name) => hasTrayHost(socket, systemClock, name)))
    expect(answers).toEqual([true, false, true])
  })
})

describe('where there is no proper bus', () => {
  it('takes no bus for no tray', async () => {
    expect(await askTrayHost('linux', {}, systemClock)).toBe(false)
    expect(await askTrayHost('linux', { XDG_RUNTIME_DIR: folder }, systemClock)).toBe(false)
    const gone = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path.join(folder, 'gone')}` }
    expect(await askTrayHost('linux', gone, systemClock)).toBe(false)
  })

  it('asks nobody on systems that always have a tray', async () => {
    expect(await askTrayHost('darwin', {}, systemClock)).toBe(true)
    expect(await askTrayHost('win32', {}, systemClock)).toBe(true)
  })

  it.each([
    ['refuses the sign-in', 'REJECTED EXTERNAL\r\n'],
    ['hangs up', null],
    ['talks nonsense', `OK 1234\r\n${'\0'.repeat(16)}`],
  ])('gives up on something that %s', async (_name, answer) => {
    const file = path.join(folder, `odd-${String(answer?.length)}`)
    const server: Server = createServer((socket) => {
      socket.on('error', () => {})
      socket.resume()
      if (answer === null) socket.destroy()
      else socket.end(answer)
    })
    await new Promise<void>((resolve) => server.listen(file, resolve))
    expect(await hasTrayHost(file, systemClock)).toBe(false)
    await new Promise((resolve) => server.close(resolve))
  })
})
