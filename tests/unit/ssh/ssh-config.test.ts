import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listSshAliases } from '../../../electron/ssh/list-aliases.ts'
import { matchesPatterns, readSshConfig, splitWords } from '../../../electron/ssh/ssh-config.ts'
import type { SshEnvironment } from '../../../electron/ssh/ssh-environment.ts'

let home: string
let environment: SshEnvironment
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hawser-config-'))
  mkdirSync(join(home, '.ssh', 'conf.d'), { recursive: true })
  environment = { platform: 'linux', home, user: 'me', env: {} }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const write = (name: string, text: string): string => {
  const file = join(home, '.ssh', name)
  writeFileSync(file, text)
  return file
}
const read = (file: string, host: string, user: string | null = null): Record<string, readonly string[]> =>
  Object.fromEntries(readSshConfig([file], { host, user }, environment))

test('the first value wins, keys add up, keywords in any case, equal signs and quotes', () => {
  const file = write(
    'config',
    `
# a comment
Port 7            # and one at the end
Host box other
  HOSTNAME=box.example.org
  Port 2222
  IdentityFile "~/my keys/a"
  IdentityFile ~/b
Host *
  User = everyone
  HostName no.example.org
  UserKnownHostsFile ~/one "~/a two"
`,
  )
  expect(read(file, 'box')).toEqual({
    port: ['7'],
    hostname: ['box.example.org'],
    identityfile: ['~/my keys/a', '~/b'],
    user: ['everyone'],
    userknownhostsfile: ['~/one', '~/a two'],
  })
  expect(read(file, 'else')['hostname']).toEqual(['no.example.org'])
})

test('patterns: wildcards and ruling out', () => {
  expect(matchesPatterns('a.example.org', ['*.example.org', '!b.*'])).toBe(true)
  expect(matchesPatterns('b.example.org', ['*.example.org', '!b.*'])).toBe(false)
  expect(matchesPatterns('x', ['!y'])).toBe(false)
  expect(matchesPatterns('a+b', ['a+?'])).toBe(true)
  expect(matchesPatterns('aab', ['a+b'])).toBe(false)
})

test('Match by host, originalhost, user and all; anything else never applies', () => {
  const file = write(
    'config',
    `
Host alias
  HostName real.example.org
Match host real.example.org user root
  Port 1
Match host real.example.org
  Port 2
Match originalhost alias
  ConnectTimeout 3
Match exec "true"
  ProxyCommand never
Match !user me
  IdentityAgent never
Match all
  IdentitiesOnly yes
`,
  )
  expect(read(file, 'alias')).toEqual({
    hostname: ['real.example.org'],
    port: ['2'],
    connecttimeout: ['3'],
    identitiesonly: ['yes'],
  })
  expect(read(file, 'alias', 'root')).toMatchObject({ port: ['1'], identityagent: ['never'] })
})

test('Include: wildcards in order, inside its block, without running away', () => {
  write('conf.d/2.conf', 'Port 2\n')
  write('conf.d/1.conf', 'Host box\n  User one\nHost nobody\n  User two\n')
  write('conf.d/.hidden.conf', 'User hidden\n')
  write('only-box', 'IdentityAgent inside\n')
  const file = write(
    'config',
    `Include conf.d/*.conf\nHost nobody\n  Include only-box\nHost box\n  Include ~/.ssh/only-box\n  Include config\n  HostName after\n`,
  )
  expect(read(file, 'box')).toEqual({
    user: ['one'],
    port: ['2'],
    identityagent: ['inside'],
    hostname: ['after'],
  })
  expect(read(file, 'else')).toEqual({ port: ['2'] })
})

test('a missing file is an empty one', () => {
  expect(read(join(home, 'nope'), 'box')).toEqual({})
})

test('words', () => {
  expect(splitWords(' a "b c" d\\ e \'f#g\' h#i #rest')).toEqual(['a', 'b c', 'd e', 'f#g', 'h#i'])
  expect(splitWords('""')).toEqual([''])
})

test('aliases: what a person wrote, Include followed, no wildcards, each once', () => {
  const inner = write('inner', 'Host three *.wild\nHost one\n')
  const file = write('config', 'Include inner\nHost one two !not ?x\n  User a\nHost -bad\n')
  expect(listSshAliases(environment, file)).toEqual([
    { name: 'three', file: inner },
    { name: 'one', file: inner },
    { name: 'two', file },
  ])
})
