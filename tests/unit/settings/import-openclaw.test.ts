import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedactor } from '../../../electron/log/redactor.ts'
import { readImportOffers, type ImportableGateway } from '../../../electron/settings/import-openclaw.ts'

let home = ''
const redactor = createRedactor()
const offers = (env: Record<string, string> = {}): Promise<readonly ImportableGateway[]> =>
  readImportOffers({ env, home, redactor })

async function put(file: string, text: string): Promise<string> {
  const whole = path.join(home, file)
  await mkdir(path.dirname(whole), { recursive: true })
  await writeFile(whole, text)
  return whole
}

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hawser-import-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('readImportOffers', () => {
  it('reads a remote over SSH out of JSON5, with its token for the core alone', async () => {
    const text = `{
      // the home server
      gateway: { mode: 'remote', remote: {
        url: 'ws://127.0.0.1:18790', sshTarget: 'ada@home.example:2222', sshIdentity: '~/.ssh/id_home',
        token: '\${HOME_TOKEN}', sshHostKeyPolicy: 'openssh', remotePort: 19001,
      } },
    }`
    const file = await put('.openclaw/openclaw.json', text)
    const [found, ...more] = await offers({ HOME_TOKEN: 'tok-very-secret' })
    expect(more).toEqual([])
    expect(found?.offer).toEqual({
      file,
      draft: {
        name: 'home',
        place: {
          kind: 'ssh',
          target: 'ada@home.example:2222',
          remotePort: 19001,
          localPort: { mode: 'preferred', port: 18790 },
          engine: 'auto',
          identityFile: path.join(home, '.ssh/id_home'),
        },
      },
      hasSecret: true,
      notes: ['There the SSH configuration decides about unknown servers; Hawser always asks.'],
    })
    expect(found?.secret).toBe('tok-very-secret')
    expect(JSON.stringify(found?.offer)).not.toContain('tok-very-secret')
    expect(redactor.redact('tok-very-secret')).toBe('***')
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('reads an address, a pin and a password, from Clawdbot\u2019s place too', async () => {
    await put(
      '.clawdbot/clawdbot.json',
      `{"gateway":{"remote":{"transport":"direct","url":"wss://box.tail.example","password":"pw-12345","tlsFingerprint":"${'ab'.repeat(32)}"}}}`,
    )
    const [found] = await offers()
    expect(found?.offer.draft).toEqual({
      name: 'box',
      place: { kind: 'direct', url: 'wss://box.tail.example', tlsFingerprint: 'ab'.repeat(32) },
    })
    expect([found?.secret, found?.secretKind]).toEqual(['pw-12345', 'gateway-password'])
  })

  it('finds the file where the variables say, and those of profiles', async () => {
    const remote = (host: string): string => `{gateway:{remote:{sshTarget:'${host}'}}}`
    const main = await put('elsewhere/conf.json', remote('one'))
    await put('.openclaw-work/openclaw.json', remote('ada@two'))
    const found = await offers({ OPENCLAW_CONFIG_PATH: main })
    expect(found.map(({ offer }) => offer.draft.name)).toEqual(['one', 'two'])
  })

  it.each([
    ['a reference to the environment', `{source:'env',provider:'default',id:'T'}`, 'from-env-1', []],
    [
      'one that is not set',
      `{source:'env',provider:'default',id:'NOPE'}`,
      null,
      ['The token is not copied: NOPE is not set here.'],
    ],
    [
      'a command',
      `{source:'exec',provider:'vault',id:'x'}`,
      null,
      ['The token is not copied: it is kept where only OpenClaw itself can read it.'],
    ],
    ['a file', `{source:'file',provider:'f',id:'/a/b'}`, 'from-file-1', []],
    [
      'a placeholder',
      `'__OPENCLAW_REDACTED__'`,
      null,
      ['The token is not copied: the file holds only the placeholder.'],
    ],
    ['an unknown variable', `'\${NOPE}'`, null, ['The token is not copied: NOPE is not set here.']],
  ])('resolves %s', async (_what, token, secret, notes) => {
    await put('.openclaw/s.json', '{"a":{"b":"from-file-1"}}')
    await put('.openclaw/.env', 'export T="from-env-1"\n')
    await put(
      '.openclaw/openclaw.json',
      `{secrets:{providers:{f:{source:'file',path:'~/.openclaw/s.json',mode:'json'}}},gateway:{remote:{sshTarget:'h',token:${token}}}}`,
    )
    const [found] = await offers()
    expect([found?.secret, found?.offer.notes]).toEqual([secret, notes])
  })

  it('follows includes inside the directory and leaves out the rest', async () => {
    await put(
      '.openclaw/remote.json5',
      `{sshTarget:'inc', token:'tok-in-include', $include:'./remote.json5'}`,
    )
    await put('outside.json', `{password:'never-read-1'}`)
    await put(
      '.openclaw/openclaw.json',
      `{gateway:{remote:{$include:['./remote.json5','../outside.json','./missing.json'], remotePort: 4}}}`,
    )
    const [found] = await offers()
    expect(found?.offer.draft.place).toMatchObject({ target: 'inc', remotePort: 4 })
    expect(found?.secret).toBe('tok-in-include')
  })

  it.each([
    ['no file', null],
    ['broken JSON5', '{gateway: {remote'],
    ['no remote', '{gateway:{mode:"local",port:18789}}'],
    ['an address of another kind', '{gateway:{remote:{transport:"direct",url:"http://x"}}}'],
    ['nothing but a list', '[]'],
  ])('offers nothing with %s', async (_what, text) => {
    if (text !== null) await put('.openclaw/openclaw.json', text)
    expect(await offers()).toEqual([])
  })

  it.each([
    ['ada@203.0.113.7:22', '203.0.113.7'],
    ['ada@[2001:db8::1]:22', '2001:db8::1'],
    ['myalias', 'myalias'],
  ])('names %s as a person would', async (target, name) => {
    await put('.openclaw/openclaw.json', `{gateway:{remote:{sshTarget:'${target}'}}}`)
    expect((await offers())[0]?.offer.draft.name).toBe(name)
  })
})
