import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  describePortOwner,
  findPortOwner,
  listeningInodes,
  parseLsof,
  parseNetstat,
} from '../../../electron/platform/port-owner.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'

describe('findPortOwner', () => {
  it('names this very process for a port it listens on, and nobody once it is closed', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    expect((await findPortOwner(port, systemSpawner))?.pid).toBe(process.pid)
    server.close()
    await once(server, 'close')
    expect(await findPortOwner(port, systemSpawner)).toBeNull()
  })

  it('is silent where the tool is missing', async () => {
    const missing = { run: () => Promise.reject(new Error('ENOENT')) }
    expect(await findPortOwner(1, missing, 'darwin')).toBeNull()
    expect(await findPortOwner(1, missing, 'win32')).toBeNull()
  })
})

describe('the tables of the systems', () => {
  it('reads listening sockets only from /proc/net/tcp', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:4965 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1',
      '   1: 0100007F:4965 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1',
      '   2: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4244 1',
    ].join('\n')
    expect(listeningInodes(table, 18789)).toEqual(['4242'])
  })

  it('reads lsof', () => {
    expect(parseLsof('p812\ncnode\nf21\n')).toEqual({ pid: 812, program: 'node' })
    expect(parseLsof('')).toBeNull()
  })

  it('reads netstat in any language, and the listener only', () => {
    const table = [
      '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
      '  TCP    127.0.0.1:18789        127.0.0.1:50210        HERGESTELLT      99',
      '  TCP    127.0.0.1:18789        0.0.0.0:0              ABHÖREN          4711',
    ].join('\r\n')
    expect(parseNetstat(table, 18789)).toBe(4711)
    expect(parseNetstat(table, 1)).toBeNull()
  })

  it('names an owner as people read it', () => {
    expect(describePortOwner({ pid: 5, program: 'node' })).toBe('node (pid 5)')
    expect(describePortOwner({ pid: 5, program: '' })).toBe('pid 5')
  })
})
