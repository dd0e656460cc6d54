import { connect } from 'node:net'
import path from 'node:path'
import type { Clock } from '../platform/clock.ts'

/** Well-known name of the program that shows tray icons on Linux desktops. Plain GNOME has none. */
const watcherName = 'org.kde.StatusNotifierWatcher'
const answerLimitMs = 2_000

/** Socket of the session bus: `DBUS_SESSION_BUS_ADDRESS`, or its usual place; null where there is none. */
export function sessionBusSocket(env: Readonly<Record<string, string | undefined>>): string | null {
  const runtimeDir = env['XDG_RUNTIME_DIR']
  const address = env['DBUS_SESSION_BUS_ADDRESS']
  if (address === undefined) return runtimeDir === undefined ? null : path.join(runtimeDir, 'bus')
  for (const way of address.split(';')) {
    const found = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(way)
    if (found === null) continue
    const name = decodeURIComponent(found[2] ?? '')
    return found[1] === 'abstract' ? `\0${name}` : name
  }
  return null
}

/** Whether anything shows tray icons now. Only Linux desktops may have nothing that does. Never rejects. */
export function askTrayHost(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true)
  const socket = sessionBusSocket(env)
  return socket === null ? Promise.resolve(false) : hasTrayHost(socket, clock)
}

/**
 * Asks the session bus whether anything shows tray icons. Three fixed messages, so no D-Bus library: sign in by user
 * id, say Hello, ask who owns the name. False also where there is no bus or it does not answer.
 */
export function hasTrayHost(socketPath: string, clock: Clock, name = watcherName): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    const done = (answer: boolean): void => {
      limit.dispose()
      socket.destroy()
      resolve(answer)
    }
    const limit = clock.after(answerLimitMs, () => done(false))
    let received: Buffer = Buffer.alloc(0)
    let signedIn = false
    socket.on('error', () => done(false))
    socket.on('close', () => done(false))
    socket.on('connect', () => {
      const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
      socket.write(`\0AUTH EXTERNAL ${user}\r\n`)
    })
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (!signedIn) {
        const end = received.indexOf('\r\n')
        if (end === -1) return
        if (!received.subarray(0, end).toString('latin1').startsWith('OK ')) return done(false)
        signedIn = true
        received = received.subarray(end + 2)
        socket.write(
          Buffer.concat([Buffer.from('BEGIN\r\n'), busCall(1, 'Hello'), busCall(2, 'NameHasOwner', name)]),
        )
      }
      const answer = replyTo(received, 2)
      if (answer !== null) done(answer)
    })
  })
}

/** A method call to the bus itself, little-endian, with at most one string argument. */
function busCall(serial: number, member: string, argument?: string): Buffer {
  const body = argument === undefined ? Buffer.alloc(0) : busString(argument)
  const fields = [
    [1, 'o', '/org/freedesktop/DBus'],
    [6, 's', 'org.freedesktop.DBus'],
    [2, 's', 'org.freedesktop.DBus'],
    [3, 's', member],
  ] as const
  let header = Buffer.alloc(0)
  for (const [code, type, value] of fields) {
    const field = Buffer.concat([Buffer.from([code, 1, type.charCodeAt(0), 0]), busString(value)])
    header = Buffer.concat([pad8(header), field])
  }
  if (argument !== undefined) header = Buffer.concat([pad8(header), Buffer.from([8, 1, 0x67, 0, 1, 0x73, 0])])
  const start = Buffer.alloc(16)
  start.set([0x6c, 1, 0, 1])
  start.writeUInt32LE(body.length, 4)
  start.writeUInt32LE(serial, 8)
  start.writeUInt32LE(header.length, 12)
  return Buffer.concat([pad8(Buffer.concat([start, header])), body])
}

function busString(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes, Buffer.from([0])])
}

const pad8 = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)])

/** The boolean that answers our call `serial`; false for an error reply; null while it has not come. */
function replyTo(bytes: Buffer, serial: number): boolean | null {
  let at = 0
  while (bytes.length - at >= 16) {
    const bodyLength = bytes.readUInt32LE(at + 4)
    const headerLength = bytes.readUInt32LE(at + 12)
    const bodyAt = at + 16 + Math.ceil(headerLength / 8) * 8
    if (bytes.length < bodyAt + bodyLength) return null
    const type = bytes[at + 1]
    // Field 5 is the serial that a reply answers.
    const header = bytes.subarray(at + 16, at + 16 + headerLength)
    const field = header.indexOf(Buffer.from([5, 1, 0x75, 0]))
    if (field !== -1 && header.readUInt32LE(field + 4) === serial) {
      return type === 2 && bodyLength >= 4 && bytes.readUInt32LE(bodyAt) === 1
    }
    at = bodyAt + bodyLength
  }
  return null
}
