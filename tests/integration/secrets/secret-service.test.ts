import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Play } from './keyring-session.ts'

const script = fileURLToPath(new URL('keyring-session.ts', import.meta.url))
const token = { kind: 'gateway-token', gatewayId: 'gw1' } as const
const phrase = { kind: 'ssh-passphrase', gatewayId: 'gw1', detail: '/home/ada/.ssh/id "ed"' } as const
const value = 'tök en/with "everything" \u{1F511} in it'
let home = ''
let dataDir = ''

/** Plays steps in a session of its own; the keyring's files stay in `home` from one play to the next. */
async function play(
  steps: Play['steps'],
  options: Partial<Play> & { readonly bus?: boolean } = {},
): Promise<unknown[]> {
  const { bus = true, ...rest } = options
  const plan: Play = { dataDir, dataDirId: 'dir-1', password: 'pw', keyring: true, steps, ...rest }
  const command = [process.execPath, script, JSON.stringify(plan)]
  const [program = '', ...args] = bus ? ['dbus-run-session', '--', ...command] : command
  const child = spawn(program, args, {
    // Nothing of the computer's own session: no bus, no display for a dialog, no keyring.
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: path.join(home, 'run') },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`the play ended with ${code}: ${output}`)
  return JSON.parse(output) as unknown[]
}

async function allText(dir: string): Promise<string> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(path.join(file.parentPath, file.name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hawser-ring-'))
  dataDir = path.join(home, 'data')
  await mkdir(dataDir)
  await mkdir(path.join(home, 'run'), { mode: 0o700 })
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('the real Secret Service', () => {
  it('keeps, shows and removes secrets, also for a second process, and nothing is in plain text on the disk', async () => {
    const [set, , view] = await play([
      { do: 'set', name: token, value },
      { do: 'set', name: phrase, value: 'a passphrase' },
      { do: 'view' },
    ])
    expect(set).toBe('set')
    expect(view).toMatchObject({
      store: 'keychain',
      storeName: 'Secret Service',
      entries: [
        { kind: 'gateway-token', place: 'keychain', label: 'Gateway token of home-server' },
        { kind: 'ssh-passphrase', place: 'keychain' },
      ],
    })
    const text = await allText(home)
    for (const secret of [value, Buffer.from(value).toString('latin1'), 'a passphrase']) {
      expect(text).not.toContain(secret)
    }
    expect(
      await play([
        { do: 'get', name: token },
        { do: 'get', name: phrase },
      ]),
    ).toEqual([value, 'a passphrase'])
    expect(
      await play([
        { do: 'delete', name: phrase },
        { do: 'get', name: phrase },
        { do: 'delete-gateway', gatewayId: 'gw1' },
        { do: 'get', name: token },
      ]),
    ).toEqual(['deleted', null, 'deleted', null])
  })

  it('keeps two data dirs apart', async () => {
    await play([{ do: 'set', name: token, value }])
    expect(await play([{ do: 'get', name: token }], { dataDirId: 'dir-2' })).toEqual([null])
  })

  it('says locked, never empty, and works on when it is open again', async () => {
    const [first] = await play([{ do: 'device-key' }, { do: 'set', name: token, value }])
    const locked = await play([
      { do: 'lock' },
      { do: 'get', name: token },
      { do: 'set', name: token, value: 'another' },
      { do: 'open' },
      { do: 'view' },
      { do: 'device-key' },
    ])
    expect(locked).toMatchObject([
      'locked',
      { code: 'secrets.locked' },
      { code: 'secrets.locked' },
      'opened',
      { store: 'locked', deviceKeyPlace: 'keychain' },
      { code: 'secrets.locked' },
    ])
    // A keyring that nobody unlocked at login.
    const asleep = await play([{ do: 'view' }, { do: 'device-key' }], { password: null })
    expect(asleep).toMatchObject([{ store: 'locked' }, { code: 'secrets.locked' }])
    expect(await readdir(dataDir)).toEqual(['secrets.json'])
    expect(await play([{ do: 'device-key' }, { do: 'get', name: token }])).toEqual([first, value])
  })
})

describe('without a Secret Service', () => {
  it.each([
    ['no session bus at all', { bus: false, keyring: false }],
    ['a keyring that has no collection', { keyring: false }],
  ])('keeps secrets for this run only: %s', async (_what, options) => {
    const results = await play(
      [{ do: 'set', name: token, value }, { do: 'get', name: token }, { do: 'view' }, { do: 'device-key' }],
      options,
    )
    expect(results).toMatchObject([
      'set',
      value,
      { store: 'memory', reason: 'no Secret Service answers here', entries: [{ place: 'memory' }] },
      expect.stringContaining('PRIVATE KEY'),
    ])
    expect((await readdir(dataDir)).sort()).toEqual(['device-key.pem', 'secrets.json'])
    const text = await allText(home)
    expect(text).not.toContain(value)
    expect(text).not.toContain(Buffer.from(value).toString('latin1'))
    expect(await play([{ do: 'get', name: token }, { do: 'device-key' }], options)).toEqual([
      null,
      results[3],
    ])
  })

  it('does not make a second device key when the keychain of the first is away', async () => {
    await play([{ do: 'device-key' }])
    expect(await play([{ do: 'device-key' }], { bus: false, keyring: false })).toEqual([
      { code: 'secrets.unavailable' },
    ])
  })
})
