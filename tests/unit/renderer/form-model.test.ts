import { describe, expect, it } from 'vitest'
import {
  emptyForm,
  formOf,
  readForm,
  suggestedName,
  type FormValues,
} from '../../../renderer/features/gateway-form/form-model.ts'
import type { GatewayDraft } from '../../../shared/model/gateway.ts'
import { homeServer, thisComputer } from '../../e2e/pages/samples.ts'

const form = (change: Partial<FormValues>): FormValues => ({
  ...emptyForm(change.kind ?? 'ssh', true),
  ...change,
})
const drafts: GatewayDraft[] = [
  homeServer,
  thisComputer,
  {
    name: 'tailnet',
    place: { kind: 'direct', url: 'wss://gw.example.ts.net', tlsFingerprint: 'ab'.repeat(32) },
  },
  {
    name: 'private',
    place: {
      kind: 'ssh',
      target: 'vps',
      remotePort: 19_000,
      localPort: { mode: 'off' },
      engine: 'builtin',
      identityFile: '~/.ssh/k',
    },
  },
].map(({ name, place }) => ({ name, place }) as GatewayDraft)

describe('the form of a gateway', () => {
  it.each(drafts)('gives $name back as it was', (draft) => {
    expect(readForm(formOf(draft))).toEqual({ draft })
  })

  it('keeps the first gateway on the known port and later ones private', () => {
    expect(emptyForm('ssh', true).localMode).toBe('preferred')
    expect(emptyForm('ssh', false).localMode).toBe('off')
  })

  it.each([
    ['ada@home-server', 'home-server'],
    ['ada@home-server:2222', 'home-server'],
    ['ada@[2001:db8::1]:22', '2001:db8::1'],
    ['vps', 'vps'],
  ])('names %s by itself', (target, name) => {
    expect(suggestedName(form({ kind: 'ssh', target }))).toBe(name)
  })

  it.each<[string, Partial<FormValues>, string]>([
    ['no target', { kind: 'ssh', target: ' ' }, 'target'],
    ['an option instead of a target', { kind: 'ssh', target: '-oProxyCommand=x' }, 'target'],
    ['a port out of range', { kind: 'ssh', target: 'a', remotePort: '70000' }, 'remotePort'],
    ['a port that is no number', { kind: 'ssh', target: 'a', localPort: '1e3' }, 'localPort'],
    ['another scheme', { kind: 'direct', url: 'http://gw' }, 'url'],
    ['half a fingerprint', { kind: 'direct', url: 'wss://gw', tlsFingerprint: 'ab:cd' }, 'tlsFingerprint'],
    ['a port of this computer', { kind: 'local', ownPort: '0' }, 'ownPort'],
  ])('refuses %s', (_, values, field) => {
    const read = readForm(form(values))
    expect('problems' in read && Object.keys(read.problems)).toEqual([field])
  })
})
