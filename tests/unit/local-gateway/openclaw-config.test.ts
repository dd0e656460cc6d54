import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLocalConfig, readLocalEndpoint } from '../../../electron/local-gateway/openclaw-config.ts'
import { findOpenclawPlace, parseDotEnv, substitute } from '../../../electron/local-gateway/openclaw-files.ts'

let home = ''
async function put(file: string, text: string): Promise<string> {
  const whole = path.join(home, file)
  await mkdir(path.dirname(whole), { recursive: true })
  await writeFile(whole, text)
  return whole
}
const config = (text: string): Promise<string> => put('.openclaw/openclaw.json', text)
const endpoint = (env: Record<string, string> = {}, port: number | null = null) =>
  readLocalEndpoint(env, home, port)

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hawser-config-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('where the configuration is', () => {
  it('obeys the variables, then the new name, then the old', async () => {
    const file = async (env: Record<string, string> = {}): Promise<string> =>
      path.relative(home, (await findOpenclawPlace(env, home)).file)
    expect(await file()).toBe('.openclaw/openclaw.json')
    await put('.clawdbot/clawdbot.json', '{}')
    expect(await file()).toBe('.clawdbot/clawdbot.json')
    await config('{}')
    expect(await file()).toBe('.openclaw/openclaw.json')
    expect(await file({ OPENCLAW_PROFILE: 'work' })).toBe('.clawdbot/clawdbot.json')
    await put('.openclaw-work/openclaw.json', '{}')
    expect(await file({ OPENCLAW_PROFILE: 'work' })).toBe('.openclaw-work/openclaw.json')
    expect(await file({ OPENCLAW_STATE_DIR: path.join(home, 's') })).toBe('s/openclaw.json')
    expect(await file({ OPENCLAW_CONFIG_PATH: '~/c.json' })).toBe('c.json')
  })
})

describe('what opens the gateway of this computer', () => {
  it('is the default port and nothing else without a file', async () => {
    expect(await endpoint()).toEqual({ port: 18789, token: null, password: null, tls: null })
  })

  it('is what the file says; a port of the caller wins, then the environment', async () => {
    await config(`{gateway:{port:4000,auth:{token:'tok-1'}}}`)
    expect(await endpoint()).toMatchObject({ port: 4000, token: 'tok-1' })
    expect(await endpoint({ OPENCLAW_GATEWAY_PORT: '4001' })).toMatchObject({ port: 4001 })
    expect(await endpoint({}, 4002)).toMatchObject({ port: 4002 })
  })

  it('falls back to the environment, to .env, to gateway.remote', async () => {
    await config(`{gateway:{remote:{token:'tok-remote'}}}`)
    expect((await endpoint()).token).toBe('tok-remote')
    await put('.openclaw/.env', 'OPENCLAW_GATEWAY_TOKEN=tok-dotenv')
    expect((await endpoint()).token).toBe('tok-dotenv')
    expect((await endpoint({ OPENCLAW_GATEWAY_TOKEN: 'tok-env' })).token).toBe('tok-env')
    await config(`{gateway:{auth:{token:{source:'env',provider:'default',id:'MINE'}}}}`)
    expect((await endpoint({ OPENCLAW_GATEWAY_TOKEN: 'tok-env', MINE: 'tok-mine' })).token).toBe('tok-mine')
  })

  it.each([
    ['token', ['t-1234', null]],
    ['password', [null, 'p-1234']],
    ['none', [null, null]],
  ])('gives only what the mode %s wants', async (mode, expected) => {
    await config(`{gateway:{auth:{mode:'${mode}',token:'t-1234',password:'p-1234'}}}`)
    const { token, password } = await endpoint()
    expect([token, password]).toEqual(expected)
  })

  it('is not there yet while a TLS gateway has no certificate', async () => {
    await config(`{gateway:{tls:{enabled:true}}}`)
    await expect(endpoint()).rejects.toMatchObject({ code: 'local.not-running' })
    const { gateway } = await readLocalConfig({}, home)
    expect(gateway.certificateFile).toBe(path.join(home, '.openclaw/gateway/tls/gateway-cert.pem'))
  })

  it('says why a file cannot be used, and is then as without one', async () => {
    await config('{gateway: ')
    const { gateway } = await readLocalConfig({}, home)
    expect(gateway.problem).toContain('JSON5')
    expect((await endpoint()).port).toBe(18789)
  })
})

describe('the small readers', () => {
  it('reads .env files', () => {
    expect(parseDotEnv('# c\nA=1\nexport B="two words"\nC=\'x # y\'\nD=v # note\nnot a line\n')).toEqual({
      A: '1',
      B: 'two words',
      C: 'x # y',
      D: 'v',
    })
  })

  it('replaces upper-case names only, keeps unknown and escaped ones', () => {
    const env = { A: '1', b: '2' }
    expect(substitute(['${A}/x', '${b}', '${NO}', '$${A}', { k: '${A}${A}' }, 5], env)).toEqual([
      '1/x',
      '${b}',
      '${NO}',
      '${A}',
      { k: '11' },
      5,
    ])
  })
})
