import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../../electron/log/redactor.ts'

const secret = fc.oneof(
  fc.string({ minLength: 4, maxLength: 40, unit: 'binary' }),
  fc.string({ minLength: 4, maxLength: 40 }),
  fc.string({
    minLength: 4,
    maxLength: 8,
    unit: fc.constantFrom('*', 'a', '"', '\\', 'n', '\n', '%', ' ', 'é', '/'),
  }),
)
const encodings: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => JSON.stringify({ value }),
  (value) => JSON.stringify({ body: JSON.stringify({ value }) }),
  (value) => (value.isWellFormed() ? `https://h/?q=${encodeURIComponent(value)}#x` : value),
  (value) => new URLSearchParams({ value }).toString(),
]

describe('redact', () => {
  it('lets no known secret through, whatever is around it and however it is written', () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(fc.string({ maxLength: 12 }), { minLength: 5, maxLength: 5 }),
        fc.nat(encodings.length - 1),
        (secrets, around, encoding) => {
          const redactor = createRedactor()
          for (const value of secrets) redactor.add(value)
          const encode = encodings[encoding] ?? String
          const text = secrets.map((value, at) => `${around[at]}${encode(value)}`).join('') + around[4]
          const clean = redactor.redact(text)
          for (const value of secrets) {
            expect(clean.includes(value)).toBe(false)
            const inner = JSON.stringify(value).slice(1, -1)
            expect(clean.includes(inner)).toBe(false)
            if (value.isWellFormed()) expect(clean.includes(encodeURIComponent(value))).toBe(false)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('is not fooled by the halves of a secret around another one', () => {
    const redactor = createRedactor()
    redactor.add('INNER')
    redactor.add('ab***cd')
    expect(redactor.redact('x abINNERcd y')).toBe('x *** y')
  })

  it('finds a secret in base64, and each line of one with many', () => {
    const redactor = createRedactor()
    redactor.add('correct horse battery')
    redactor.add('first-line-of-a-long-key\nsecond-line-of-a-long-key\n')
    expect(redactor.redact(`x ${btoa('correct horse battery')} y`)).toBe('x *** y')
    expect(redactor.redact('got second-line-of-a-long-key')).toBe('got ***')
  })

  it.each([
    ['https://h/?token=abc123&x=1', 'https://h/?token=***&x=1'],
    ['{"deviceToken":"ab\\"c","port":5}', '{"deviceToken":***,"port":5}'],
    ['Authorization: Bearer eyJhbGci.x-y_z', 'Authorization: Bearer ***'],
    ['openclaw gateway --token hunter22 --port 5', 'openclaw gateway --token *** --port 5'],
    ["password = 'p w' next", 'password = *** next'],
    ['sent Basic dXNlcjpwYXNz ok', 'sent Basic *** ok'],
    ['ws://user:pass@host/', 'ws://user:***@host/'],
    ['OPENCLAW_GATEWAY_TOKEN=abcd rest', 'OPENCLAW_GATEWAY_TOKEN=*** rest'],
    ['a -----BEGIN OPENSSH PRIVATE KEY-----\\nb3Bl\\n-----END OPENSSH PRIVATE KEY----- b', 'a *** b'],
    ['a -----BEGIN PRIVATE KEY-----\nMC4CAQ', 'a ***'],
  ])('masks what looks like a secret: %s', (text, expected) => {
    expect(createRedactor().redact(text)).toBe(expected)
  })

  it.each(['connected in 23 ms', 'totalTokens 1200', 'auth.token-missing', 'https://host:18789/path'])(
    'leaves the rest alone: %s',
    (text) => {
      expect(createRedactor().redact(text)).toBe(text)
    },
  )
})
