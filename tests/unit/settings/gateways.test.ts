import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GatewayDraft } from '../../../shared/model/gateway.ts'
import {
  addGateway,
  defaultLocalPort,
  duplicateGateway,
  editGateway,
  removeGateway,
  renameGateway,
  selectGateway,
  setWanted,
  uniqueName,
} from '../../../electron/settings/gateways.ts'
import { freshSettings, migrate } from '../../../electron/settings/settings-schema.ts'

const empty = freshSettings('data-dir-id', 'instance-id')
const ssh = (name: string): GatewayDraft => ({
  name,
  place: {
    kind: 'ssh',
    target: 'ada@home',
    remotePort: 18789,
    localPort: { mode: 'preferred', port: 18789 },
    engine: 'auto',
    identityFile: null,
  },
})
const three = ['a', 'b', 'c'].reduce((settings, id) => addGateway(settings, id, ssh(id)), empty)
const names = (settings: typeof empty): readonly string[] => settings.gateways.map(({ name }) => name)

describe('the list of gateways', () => {
  it('adds, selects, and gives a taken name a number', () => {
    const settings = ['1', '2', '3'].reduce((all, id) => addGateway(all, id, ssh('Home ')), empty)
    expect(names(settings)).toEqual(['Home', 'Home 2', 'Home 3'])
    expect(settings.selectedGatewayId).toBe('3')
  })

  it('treats case as the same name, and keeps `local` for this computer', () => {
    expect(uniqueName('B', three.gateways)).toBe('B 2')
    expect(uniqueName('Local', [])).toBe('Local 2')
  })

  it('edits in place and may keep its own name', () => {
    const edited = editGateway(three, 'b', { name: 'b', place: { kind: 'local', port: 4000 } })
    expect(names(edited)).toEqual(['a', 'b', 'c'])
    expect(edited.gateways[1]?.place).toEqual({ kind: 'local', port: 4000 })
    expect(names(renameGateway(three, 'b', 'a'))).toEqual(['a', 'a 2', 'c'])
  })

  it('copies without connecting, and without the port that only one can have', () => {
    const copied = duplicateGateway(setWanted(three, 'a', true), 'a', 'new')
    expect(names(copied)).toEqual(['a', 'a 2', 'b', 'c'])
    expect(copied.gateways[1]).toMatchObject({
      id: 'new',
      wanted: false,
      place: { localPort: { mode: 'off' } },
    })
    expect(copied.selectedGatewayId).toBe('new')
  })

  it('removes, and selects the neighbour only where the removed one was selected', () => {
    expect(removeGateway(selectGateway(three, 'b'), 'b').selectedGatewayId).toBe('c')
    expect(removeGateway(three, 'c').selectedGatewayId).toBe('b')
    expect(removeGateway(three, 'a').selectedGatewayId).toBe('c')
    expect(removeGateway(addGateway(empty, 'x', ssh('x')), 'x').selectedGatewayId).toBeNull()
  })

  it('gives the local port to the first', () => {
    expect(defaultLocalPort(empty)).toEqual({ mode: 'preferred', port: 18789 })
    expect(defaultLocalPort(three)).toEqual({ mode: 'off' })
  })

  it('knows when a gateway is gone', () => {
    for (const act of [
      () => editGateway(three, 'z', ssh('z')),
      () => removeGateway(three, 'z'),
      () => duplicateGateway(three, 'z', 'n'),
      () => selectGateway(three, 'z'),
      () => setWanted(three, 'z', true),
    ]) {
      expect(act).toThrow(expect.objectContaining({ code: 'gateway.unknown' }))
    }
  })

  it('never has one name twice, nor one longer than a name may be', () => {
    const wanted = fc.array(fc.constantFrom('a', 'A', 'a 2', 'a 3', 'local', 'x'.repeat(80)), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(wanted, (list) => {
        const settings = list.reduce((all, name, at) => addGateway(all, String(at), ssh(name)), empty)
        const lower = names(settings).map((name) => name.toLowerCase())
        expect(new Set(lower).size).toBe(list.length)
        expect(lower.every((name) => name.length <= 80)).toBe(true)
      }),
    )
  })
})

describe('migrate', () => {
  const steps = {
    1: (raw: Readonly<Record<string, unknown>>) => ({ ...raw, added: true }),
    2: ({ old, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, renamed: old }),
  }
  it('takes one step after the other', () => {
    expect(migrate({ version: 1, old: 5 }, 1, 3, steps)).toEqual({ version: 3, added: true, renamed: 5 })
    expect(migrate({ version: 3, x: 1 }, 3, 3, steps)).toEqual({ version: 3, x: 1 })
  })
  it('says where a step is missing', () => {
    expect(() => migrate({ version: 1 }, 1, 4, steps)).toThrow('no way from version 3')
  })
})
