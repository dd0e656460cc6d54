import { describe, expect, it } from 'vitest'
import { fingerprintsOf, isAlarm } from '../../../renderer/features/trust/alarm.ts'
import { groups } from '../../../renderer/ui/fingerprint-groups.ts'
import { appError } from '../../../shared/result.ts'
import { changedHostKey } from '../../e2e/pages/samples.ts'

describe('a changed identity', () => {
  it('names the key shown now and the one on file, as the error catalogue puts them', () => {
    expect(fingerprintsOf(changedHostKey())).toEqual({
      shown: 'SHA256:9kXqDq0Y5GZhu8pFCw1hGk0o2VYJ7d5sQeTjv1lRkzU',
      onFile: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDJzVCbnpxPNlTqlVw',
    })
  })

  it.each([
    ['hex', 'ab'.repeat(32), '01'.repeat(32)],
    ['pairs', `${'AB:'.repeat(31)}AB`, `${'01:'.repeat(31)}01`],
  ])('names pinned certificates in %s', (_, shown, onFile) => {
    const error = appError('tls.pin-mismatch', { host: 'gw', fingerprint: shown, expected: onFile })
    expect(fingerprintsOf(error)).toEqual({ shown, onFile })
  })

  it('finds none where there is none', () => {
    expect(fingerprintsOf(appError('ssh.host-key-changed'))).toEqual({ shown: null, onFile: null })
  })

  it('is raised by nothing but a changed or revoked key', () => {
    expect(isAlarm(changedHostKey())).toBe(true)
    expect(isAlarm(appError('ssh.host-key-unknown'))).toBe(false)
    expect(isAlarm(null)).toBe(false)
  })

  it('groups fingerprints without losing a character', () => {
    const value = 'uNiVztksCsDhcc0u9e8BgrJXVGDJzVCbnpxPNlTqlVw'
    expect(groups(value).join('')).toBe(value)
    expect(groups('ab:cd:ef:01:23')).toEqual(['ab:cd:ef:01:', '23'])
  })
})
