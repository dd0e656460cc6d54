import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  deviceIdentity,
  generateDeviceKey,
  signaturePayload,
  type SignedFields,
} from '../../../electron/gateway/device-identity.ts'

/** PKCS#8 of an Ed25519 key is a fixed head and the 32 bytes of the seed. */
const vectorKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(Array.from({ length: 32 }, (_, index) => index + 1)),
  ]),
  format: 'der',
  type: 'pkcs8',
})
  .export({ type: 'pkcs8', format: 'pem' })
  .toString()

const fields: SignedFields = {
  deviceId: '65b60673d6ed884bf01c2c222d82ada0740f29ac3355d6a925c81f17f47a27b8',
  clientId: 'openclaw-linux',
  clientMode: 'ui',
  role: 'operator',
  scopes: ['operator.read', 'operator.write', 'operator.approvals'],
  signedAt: 1_770_000_000_000,
  token: 's3cret',
  nonce: '11111111-2222-3333-4444-555555555555',
  platform: 'linux',
  deviceFamily: 'Linux',
}

describe('the device identity', () => {
  it('has the id and public key of the protocol page', () => {
    const identity = deviceIdentity(vectorKey)
    expect(identity.publicKey).toBe('ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ')
    expect(identity.id).toBe(fields.deviceId)
  })

  it('signs as the protocol page says, in both formats', () => {
    const identity = deviceIdentity(vectorKey)
    expect(identity.sign(signaturePayload('v2', fields))).toBe(
      'ilKIb3BIQxW1mo1EoVPR1fGPPmT16XuwAZA1LD97nbV6ML2wKYKEYldNXn6IDEaQAZved6_85TukP9AbcpUcAg',
    )
    expect(identity.sign(signaturePayload('v3', fields))).toBe(
      'yp3U6pyZK1rVQOQNyXlRjEp1CALkIRerzUBKxFiGlnaHkMxkIB3v8hhwvdLqjfo9Xvb0TDvwNpylQ-2MVXyeBw',
    )
  })

  it('is the same each time the same key is read', () => {
    const key = generateDeviceKey()
    expect(deviceIdentity(key).id).toBe(deviceIdentity(key).id)
    expect(deviceIdentity(generateDeviceKey()).id).not.toBe(deviceIdentity(key).id)
  })

  it('keeps the order of scopes and lowers platform names by ASCII rules only', () => {
    const payload = signaturePayload('v3', {
      ...fields,
      scopes: ['b', 'a'],
      platform: ' LİNUX ',
      deviceFamily: '',
    })
    expect(payload.split('|').slice(5)).toEqual(['b,a', '1770000000000', 's3cret', fields.nonce, 'lİnux', ''])
  })

  it('refuses what is not an Ed25519 key', () => {
    expect(() => deviceIdentity('not a key')).toThrow()
  })
})
