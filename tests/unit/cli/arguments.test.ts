import { describe, expect, it } from 'vitest'
import { parseCommandLine, wantsJson } from '../../../electron/cli/arguments.ts'
import { localPortFor, readTarget } from '../../../electron/cli/target.ts'
import type { Settings } from '../../../electron/settings/settings-store.ts'
import { defaultPreferences } from '../../../shared/model/settings.ts'
import { AppFailure } from '../../../shared/result.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppFailure) return error.code
    throw error
  }
  return 'none'
}
const flagsOf = (...words: string[]) => {
  const line = parseCommandLine(['doctor', 'x', ...words])
  if (line.verb !== 'doctor') throw new Error('unreachable')
  return line.flags
}

describe('the command line', () => {
  it('reads verbs, targets and flags', () => {
    expect(parseCommandLine(['chat', 'home', 'hi there', '--session', 's', '--json'])).toMatchObject({
      verb: 'chat',
      target: 'home',
      message: 'hi there',
      session: 's',
      flags: { json: true, timeoutMs: 30_000, noInput: false },
    })
    expect(parseCommandLine(['status'])).toMatchObject({ verb: 'status', target: null })
    expect(parseCommandLine(['serve', '--port', '8080', '--no-open'])).toMatchObject({
      port: 8080,
      open: false,
    })
    expect(parseCommandLine(['--help'])).toEqual({ verb: 'help' })
    expect(flagsOf('--local-port', 'off').localPort).toEqual({ mode: 'off' })
    expect(flagsOf('--local-port', '19000').localPort).toEqual({ mode: 'fixed', port: 19_000 })
  })

  it.each([
    [[]],
    [['dance']],
    [['connect']],
    [['chat', 'home']],
    [['chat', 'home', '  ']],
    [['doctor', 'a', 'b']],
    [['doctor', 'a', '--session', 's']],
    [['doctor', 'a', '--no-such-flag']],
    [['doctor', 'a', '--remote-port', '0']],
    [['doctor', 'a', '--remote-port', '70000']],
    [['doctor', 'a', '--timeout', 'soon']],
    [['doctor', 'a', '--engine', 'steam']],
    [['doctor', 'a', '--accept-host-key', 'yes']],
    [['doctor', 'a', '--tls-fingerprint', '12']],
  ])('refuses %j as a matter of usage', (words) => {
    expect(codeOf(() => parseCommandLine(words))).toBe('usage')
  })

  it('sees --json even where the rest is not understood, but not behind --', () => {
    expect(wantsJson(['dance', '--json'])).toBe(true)
    expect(wantsJson(['chat', 'x', '--', '--json'])).toBe(false)
  })
})

describe('TARGET', () => {
  const settings: Settings = {
    dataDirId: 'd',
    instanceId: 'i',
    preferences: defaultPreferences,
    selectedGatewayId: null,
    gateways: [
      {
        id: 'g1',
        name: 'home server',
        wanted: false,
        demo: false,
        place: {
          kind: 'ssh',
          target: 'ada@home',
          remotePort: 19_999,
          localPort: { mode: 'preferred', port: 18_789 },
          engine: 'auto',
          identityFile: '/k',
        },
      },
    ],
  }

  it('is read as local, a URL, a saved name, an ssh destination, in this order', () => {
    expect(readTarget('local', settings, flagsOf()).place).toEqual({ kind: 'local', port: null })
    expect(readTarget('wss://gw.example', settings, flagsOf()).place).toMatchObject({ kind: 'direct' })
    expect(readTarget('home server', settings, flagsOf())).toMatchObject({
      gatewayId: 'g1',
      place: { target: 'ada@home', remotePort: 19_999 },
    })
    expect(readTarget('ada@[::1]:2222', settings, flagsOf())).toMatchObject({
      gatewayId: null,
      place: { kind: 'ssh', target: 'ada@[::1]:2222', remotePort: 18_789 },
    })
  })

  it('lets flags win over what is saved', () => {
    const { place } = readTarget(
      'home server',
      settings,
      flagsOf('--remote-port', '1234', '--identity', '/other'),
    )
    expect(place).toMatchObject({ remotePort: 1234, identityFile: '/other' })
  })

  it('refuses what is neither', () => {
    for (const word of ['http://x', '-oProxyCommand=evil', 'a b', '']) {
      expect(
        codeOf(() => readTarget(word, settings, flagsOf())),
        word,
      ).toBe('target.unknown')
    }
  })

  it('opens a local port only for connect, unless asked', () => {
    const target = readTarget('home server', settings, flagsOf())
    expect(localPortFor('connect', target, flagsOf())).toEqual({ mode: 'preferred', port: 18_789 })
    expect(localPortFor('other', target, flagsOf())).toEqual({ mode: 'off' })
    expect(localPortFor('other', target, flagsOf('--local-port', '5000'))).toEqual({
      mode: 'fixed',
      port: 5000,
    })
  })
})
