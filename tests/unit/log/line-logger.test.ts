import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineLogger } from '../../../electron/log/line-logger.ts'
import type { LogLevel } from '../../../electron/log/logger.ts'
import { createRedactor } from '../../../electron/log/redactor.ts'

function capture(level?: LogLevel) {
  const lines: string[] = []
  const redactor = createRedactor()
  const write = (line: string): void => void lines.push(line)
  const clock = { now: () => Date.UTC(2026, 10, 21, 2, 15, 30, 123) }
  const log = createLineLogger({ write, clock, redactor, ...(level === undefined ? {} : { level }) })
  return { lines, redactor, log }
}

describe('the line logger', () => {
  it('writes time, level, scope, message and facts', () => {
    const { lines, log } = capture()
    log
      .child('ssh')
      .child('engine')
      .warn('lost', { seconds: 8, reason: 'read timeout', gone: undefined, none: null })
    expect(lines).toEqual([
      '2026-11-21T02:15:30.123Z warn  ssh/engine: lost seconds=8 reason="read timeout" none=null\n',
    ])
  })

  it('leaves out what is below its level', () => {
    const { lines, log } = capture('warn')
    log.info('no')
    log.debug('no')
    log.error('yes')
    expect(lines).toHaveLength(1)
  })

  it('makes one line of every text, without control characters', () => {
    const { lines, log } = capture()
    log.info('a\nb\u001B[31m\u2028c', { fact: 'x\r\ny\u007F' })
    expect(lines[0]).toBe('2026-11-21T02:15:30.123Z info  a\\nb\\u001b[31m\\u2028c fact="x\\r\\ny\\u007f"\n')
  })

  it('writes no known secret, not in the message and not in a fact', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, unit: 'binary' }),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          const { lines, redactor, log } = capture()
          redactor.add(secret)
          log.info(`${before}${secret}${after}`, { fact: `${after}${secret}`, other: before })
          // The stamp in front is ours and no secret, even where a secret looks like a part of it.
          const line = lines.join('').slice('2026-11-21T02:15:30.123Z info  '.length)
          expect(line.includes(secret)).toBe(false)
          expect(line.includes(JSON.stringify(secret).slice(1, -1))).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('cuts a long line only after the secrets are out', () => {
    const { lines, redactor, log } = capture()
    redactor.add('S3CRET-VALUE')
    log.info(`${'x'.repeat(8 * 1024 - 6)}S3CRET-VALUE`)
    expect(lines[0]).not.toContain('S3C')
    log.info('y'.repeat(20_000))
    expect(lines[1]?.length).toBeLessThan(8 * 1024 + 64)
  })
})
