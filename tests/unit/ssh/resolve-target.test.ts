import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import type { RunResult, Spawner } from '../../../electron/platform/spawn.ts'
import type { SshTarget } from '../../../electron/ssh/engine.ts'
import { chooseBuiltin } from '../../../electron/ssh/open-ssh.ts'
import {
  parseDump,
  resolveSshTarget,
  type FullyResolvedTarget,
} from '../../../electron/ssh/resolve-target.ts'
import type { SshEnvironment } from '../../../electron/ssh/ssh-environment.ts'
import { findOpenSshProgram } from '../../../electron/ssh/ssh-program.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hawser-resolve-'))
  mkdirSync(join(home, '.ssh'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const environment = (changes: Partial<SshEnvironment> = {}): SshEnvironment => ({
  platform: 'linux',
  home,
  user: 'me',
  env: { SSH_AUTH_SOCK: '/run/agent' },
  ...changes,
})
const target = (changes: Partial<SshTarget>): SshTarget => ({
  target: 'box',
  identityFile: null,
  configFile: null,
  knownHostsFile: null,
  acceptHostKey: null,
  engine: 'auto',
  lowLatencyChannel: false,
  ...changes,
})
const said = (changes: Partial<RunResult>): RunResult => ({
  code: 0,
  signal: null,
  stdout: '',
  stderr: '',
  timedOut: false,
  truncated: false,
  ...changes,
})
/** An ssh that answers what it is told and keeps how it was called. */
function fakeSsh(result: RunResult | Error): Spawner & { readonly calls: (readonly string[])[] } {
  const calls: (readonly string[])[] = []
  return {
    calls,
    run(command, args, options) {
      calls.push([command, ...args])
      expect(options.input).toBeUndefined()
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result)
    },
    spawnChild: () => Promise.reject(new Error('not here')),
  }
}
const resolve = (
  asked: Partial<SshTarget>,
  options: {
    spawner?: Spawner
    environment?: SshEnvironment
    exists?: (path: string) => boolean
  } = {},
): Promise<FullyResolvedTarget> =>
  resolveSshTarget(target(asked), {
    spawner: options.spawner ?? fakeSsh(new Error('no ssh')),
    environment: options.environment ?? environment(),
    log: silentLogger,
    fileExists: options.exists ?? (() => true),
  })

test('asks ssh -G with nothing but what was typed, and never by a bare name', async () => {
  const plain = fakeSsh(said({ stdout: 'hostname box.example.org\nport 2222\nuser ada\n' }))
  expect(await resolve({}, { spawner: plain })).toMatchObject({
    host: 'box.example.org',
    port: 2222,
    user: 'ada',
    source: 'ssh -G',
  })
  expect(plain.calls).toEqual([['/usr/bin/ssh', '-G', '--', 'box']])
  const full = fakeSsh(said({ stdout: 'hostname box\nport 22\nuser ada\n' }))
  const typed = await resolve({ target: 'eve@box:7', configFile: '/my/config' }, { spawner: full })
  expect(full.calls).toEqual([
    ['/usr/bin/ssh', '-G', '-F', '/my/config', '-l', 'eve', '-p', '7', '--', 'box'],
  ])
  expect(typed).toMatchObject({ user: 'eve', port: 7 })
})

test('expands what ssh -G leaves: the home and the tokens of identity files; only files that exist', async () => {
  const stdout = [
    'hostname box.example.org',
    'user ada',
    'port 22',
    'identityfile ~/my keys/%r@%h_%n%%',
    'identityfile ~/.ssh/id_rsa',
    'identityfile ~/.ssh/gone',
    'userknownhostsfile /a/known hosts /b/other',
    'globalknownhostsfile none',
    'identitiesonly yes',
    'identityagent none',
    'connecttimeout 7',
    'hostkeyalias the-alias',
    'proxyjump a@b:3,c',
    'addressfamily inet6',
  ].join('\n')
  const resolved = await resolve(
    {},
    {
      spawner: fakeSsh(said({ stdout })),
      exists: (path) => !path.endsWith('gone'),
    },
  )
  expect(resolved).toMatchObject({
    identityFiles: [join(home, 'my keys/ada@box.example.org_box%'), join(home, '.ssh/id_rsa')],
    chosenIdentityFiles: [join(home, 'my keys/ada@box.example.org_box%')],
    userKnownHostsFiles: ['/a/known hosts', '/b/other'],
    globalKnownHostsFiles: [],
    identitiesOnly: true,
    agent: null,
    connectTimeoutSeconds: 7,
    hostKeyAlias: 'the-alias',
    jumps: ['a@b:3', 'c'],
    family: 6,
    needsOpenSsh: [],
  })
})

test('a key and a known_hosts file that were named replace all others', async () => {
  const stdout = 'hostname box\nidentityfile ~/.ssh/id_rsa\nuserknownhostsfile /a\nglobalknownhostsfile /b\n'
  const resolved = await resolve(
    { identityFile: '~/only', knownHostsFile: '/mine' },
    { spawner: fakeSsh(said({ stdout })) },
  )
  expect(resolved).toMatchObject({
    identityFiles: [join(home, 'only')],
    identitiesOnly: true,
    agent: null,
    userKnownHostsFiles: ['/mine'],
    globalKnownHostsFiles: [],
  })
})

test.for([
  ['', '/run/agent'],
  ['identityagent SSH_AUTH_SOCK', '/run/agent'],
  ['identityagent none', null],
  ['identityagent ~/a b.sock', '~/a b.sock'],
  ['identityagent $MY_SOCK', '/run/mine'],
  ['identityagent $UNSET', null],
] as const)('agent: "%s"', async ([line, expected]) => {
  const resolved = await resolve(
    {},
    {
      spawner: fakeSsh(said({ stdout: `hostname box\n${line}\n` })),
      environment: environment({ env: { SSH_AUTH_SOCK: '/run/agent', MY_SOCK: '/run/mine' } }),
    },
  )
  expect(resolved.agent).toBe(expected?.replace('~', home) ?? null)
})

test('on Windows the agent is a pipe, and ssh is looked for where Windows keeps it', async () => {
  const windows = environment({
    platform: 'win32',
    home: 'C:\\Users\\me',
    env: { SystemRoot: 'C:\\Windows' },
  })
  const spawner = fakeSsh(said({ stdout: 'hostname box\nidentityfile ~/.ssh/id_rsa\n' }))
  const resolved = await resolve({}, { spawner, environment: windows })
  expect(spawner.calls[0]?.[0]).toBe('C:\\Windows\\System32\\OpenSSH\\ssh.exe')
  expect(resolved.agent).toBe('\\\\.\\pipe\\openssh-ssh-agent')
  expect(resolved.identityFiles).toEqual(['C:\\Users\\me\\.ssh\\id_rsa'])
})

test('a relative folder in PATH is never searched', () => {
  const places = ['./ssh', 'bin/ssh', '/opt/ssh/ssh']
  const search = environment({ env: { PATH: '.:bin:/opt/ssh' } })
  expect(findOpenSshProgram('ssh', search, (path) => places.includes(path))).toBe('/opt/ssh/ssh')
  expect(findOpenSshProgram('ssh', search, (path) => places.slice(0, 2).includes(path))).toBeNull()
})

test.for([
  ['proxycommand nc %h %p', ['ProxyCommand']],
  ['proxycommand none', []],
  ['proxyusefdpass yes', ['ProxyUseFdpass']],
  ['certificatefile ~/cert.pub', ['CertificateFile']],
  ['pkcs11provider /lib/x.so', ['PKCS11Provider']],
  ['kexalgorithms sntrup761x25519-sha512@openssh.com', ['KexAlgorithms']],
  ['kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256', []],
  ['ciphers 3des-cbc', ['Ciphers']],
  ['hostkeyalgorithms ssh-ed25519-cert-v01@openssh.com', ['HostKeyAlgorithms']],
  ['gssapiauthentication yes', []],
  ['stricthostkeychecking no', []],
] as const)('what the built-in engine cannot do: "%s"', async ([line, expected]) => {
  const resolved = await resolve({}, { spawner: fakeSsh(said({ stdout: `hostname box\n${line}\n` })) })
  expect(resolved.needsOpenSsh).toEqual(expected)
  const choose = (): string => chooseBuiltin(target({}), resolved)
  if (expected.length > 0) {
    expect(choose).toThrow(expect.objectContaining({ code: 'ssh.unsupported-config' }))
    expect(choose).toThrow(expected[0])
  } else expect(choose()).not.toBe('')
})

test('without ssh, or where it cannot read its own configuration, our reader says the same', async () => {
  writeFileSync(
    join(home, '.ssh', 'config'),
    'Host box\n  HostName %h.example.org\n  User ada\n  Port 2222\n  IdentityFile ~/keys/%r\n  ProxyJump hop\n',
  )
  const expected = {
    host: 'box.example.org',
    user: 'ada',
    port: 2222,
    identityFiles: [join(home, 'keys/ada')],
    userKnownHostsFiles: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
    jumps: ['hop'],
    source: 'own reader',
  }
  expect(await resolve({}, { spawner: fakeSsh(new Error('spawn failed')) })).toMatchObject(expected)
  const broken = fakeSsh(said({ code: 255, stderr: 'Bad configuration option: foo' }))
  expect(await resolve({}, { spawner: broken })).toMatchObject(expected)
  const missing = fakeSsh(said({}))
  expect(await resolve({}, { spawner: missing, exists: (path) => !path.endsWith('/ssh') })).toMatchObject(
    expected,
  )
  expect(missing.calls).toEqual([])
})

test('reads the dump of ssh -G line by line', () => {
  expect([...parseDump('a 1\r\nb two words\nempty\nuserknownhostsfile ~/x /y z\n')]).toEqual([
    ['a', ['1']],
    ['b', ['two words']],
    ['userknownhostsfile', ['~/x', '/y z']],
  ])
})
