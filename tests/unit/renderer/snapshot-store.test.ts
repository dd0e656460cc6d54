import { describe, expect, it } from 'vitest'
import { createBridge } from '../../../renderer/bridge/bridge.ts'
import { createSnapshotMirror } from '../../../renderer/stores/snapshot-store.ts'
import { snapshot } from '../../e2e/pages/samples.ts'
import { ScriptedTransport } from './scripted-transport.ts'

const make = () => {
  const transport = new ScriptedTransport()
  const broken: string[] = []
  const bridge = createBridge(transport, (reason) => broken.push(reason))
  const mirror = createSnapshotMirror(bridge, () => 1)
  return { transport, mirror, broken, state: () => mirror.store.getState() }
}
const change = (revision: number, version: string) => ({
  revision,
  change: { app: { ...snapshot().app, version } },
})

describe('snapshot mirror', () => {
  it('fetches once and applies changes in order', async () => {
    const { transport, state } = make()
    await transport.answer('app.snapshot', snapshot({ revision: 7 }))
    await transport.send('snapshot.changed', change(8, '8'))
    await transport.send('snapshot.changed', change(9, '9'))
    expect(state().snapshot?.app.version).toBe('9')
    expect(state().snapshot?.revision).toBe(9)
    expect(state().snapshot?.gateways).toHaveLength(3)
    expect(transport.calls).toEqual([])
  })

  it('keeps the identity of parts that did not change', async () => {
    const { transport, state } = make()
    await transport.answer('app.snapshot', snapshot({ revision: 7 }))
    const before = state().snapshot?.gateways
    await transport.send('snapshot.changed', change(8, '8'))
    expect(state().snapshot?.gateways).toBe(before)
  })

  it('ignores what is older than the snapshot', async () => {
    const { transport, state } = make()
    await transport.answer('app.snapshot', snapshot({ revision: 7 }))
    await transport.send('snapshot.changed', change(6, 'old'))
    expect(state().snapshot?.app.version).toBe('0.1.0')
  })

  it('fetches again after a gap and then applies what arrived meanwhile', async () => {
    const { transport, state } = make()
    await transport.answer('app.snapshot', snapshot({ revision: 7 }))
    await transport.send('snapshot.changed', change(9, '9'))
    expect(transport.calls.map(({ name }) => name)).toEqual(['app.snapshot'])
    await transport.send('snapshot.changed', change(10, '10'))
    expect(state().snapshot?.app.version).toBe('0.1.0')
    await transport.answer('app.snapshot', snapshot({ revision: 9 }))
    expect(state().snapshot?.app.version).toBe('10')
    expect(state().snapshot?.revision).toBe(10)
  })

  it('applies changes that came before the first snapshot', async () => {
    const { transport, state } = make()
    await transport.send('snapshot.changed', change(8, '8'))
    await transport.answer('app.snapshot', snapshot({ revision: 7 }))
    expect(state().snapshot?.app.version).toBe('8')
  })

  it('starts over when the link to the core is back, whose revisions may begin anew', async () => {
    const { transport, state } = make()
    await transport.answer('app.snapshot', snapshot({ revision: 700 }))
    await transport.become('lost')
    expect(state().link).toBe('lost')
    await transport.become('open')
    await transport.answer('app.snapshot', snapshot({ revision: 1 }))
    await transport.send('snapshot.changed', change(2, 'second'))
    expect(state().snapshot?.app.version).toBe('second')
  })

  it('does not pass on an event that does not fit its schema', async () => {
    const { transport, state, broken } = make()
    await transport.answer('app.snapshot', snapshot({ revision: 7 }))
    await transport.send('snapshot.changed', { revision: 8, change: { gateways: 'none' } })
    expect(broken).toHaveLength(1)
    expect(state().snapshot?.revision).toBe(7)
  })

  it('turns an answer that does not fit its schema into an error', async () => {
    const { transport, state } = make()
    await transport.answer('app.snapshot', { revision: 'seven' })
    expect(state().snapshot).toBeNull()
    expect(state().error?.code).toBe('internal')
  })
})
