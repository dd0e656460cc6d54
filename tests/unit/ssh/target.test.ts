import { expect, test } from 'vitest'
import { parseSshTarget } from '../../../electron/ssh/target.ts'

test.for([
  ['ada@example.org', { user: 'ada', host: 'example.org', port: null }],
  ['ada@example.org:2222', { user: 'ada', host: 'example.org', port: 2222 }],
  ['my-alias', { user: null, host: 'my-alias', port: null }],
  ['10.0.0.7:22', { user: null, host: '10.0.0.7', port: 22 }],
  ['ada@[2001:db8::1]:2222', { user: 'ada', host: '2001:db8::1', port: 2222 }],
  ['ada@[2001:db8::1]', { user: 'ada', host: '2001:db8::1', port: null }],
  ['2001:db8::1', { user: null, host: '2001:db8::1', port: null }],
  ['ada@fe80::1%eth0', { user: 'ada', host: 'fe80::1%eth0', port: null }],
  ['corp\\ada@host', { user: 'corp\\ada', host: 'host', port: null }],
  ['ada@corp.example@host', { user: 'ada@corp.example', host: 'host', port: null }],
  ['ssh://ada@host:22/', { user: 'ada', host: 'host', port: 22 }],
] as const)('%s', ([typed, expected]) => {
  expect(parseSshTarget(typed)).toEqual(expected)
})

test.for([
  '',
  '@host',
  'ada@',
  'ada@host:',
  'ada@host:0',
  'ada@host:65536',
  'ada@host:22x',
  '-oProxyCommand=id',
  'ada@-oProxyCommand=id',
  '-l@host',
  'a b@host',
  'ada@ho st',
  'ada@host\n',
  'ada@ho\u0000st',
  'ada@$(id)',
  'ada@`id`',
  'ada@a,b',
  'ada@[::1',
  'ada@[::1]22',
  'host;id',
])('refuses %j', (typed) => {
  expect(() => parseSshTarget(typed)).toThrow(expect.objectContaining({ code: 'target.unknown' }))
})
