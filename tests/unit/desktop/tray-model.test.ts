import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MenuEntry } from '../../../electron/desktop/tray-menu.ts'
import { trayModel, type TrayModel } from '../../../electron/desktop/tray-model.ts'
import type { TrayIconState } from '../../../electron/desktop/tray-states.ts'
import { connectionPhases, type ConnectionView } from '../../../shared/model/connection.ts'
import type { Prompt } from '../../../shared/model/prompt.ts'
import type { Snapshot } from '../../../shared/model/snapshot.ts'
import { appError } from '../../../shared/result.ts'
import { link, snapshotOf, sshGateway } from '../../stubs/fake-core.ts'

const options = { clockTime: (at: number) => `T${at}` }
const model = (snapshot: Snapshot): TrayModel => trayModel(snapshot, options)
const one = (view: ConnectionView, parts: Partial<Snapshot> = {}): Snapshot =>
  snapshotOf({
    gateways: [sshGateway('home')],
    selectedGatewayId: 'home',
    connections: { home: view },
    ...parts,
  })
const password: Prompt = {
  id: 'p',
  gatewayId: 'vps',
  gatewayName: 'vps',
  askedAt: 0,
  kind: 'ssh-password',
  user: 'ada',
  host: 'vps',
  again: false,
  canRemember: true,
}

/** The menu as a person reads it: one line an entry, indented by depth. */
function read(entries: readonly MenuEntry[], depth = 0): string[] {
  return entries.flatMap((entry) => {
    const indent = '  '.repeat(depth)
    if (entry.type === 'separator') return [`${indent}--`]
    if (entry.type === 'item') return [indent + entry.label]
    return [`${indent}${entry.label} >`, ...read(entry.items, depth + 1)]
  })
}
const first = (snapshot: Snapshot): string | undefined => read(model(snapshot).menu)[0]

describe('the icon', () => {
  const table: readonly [string, Snapshot, TrayIconState][] = [
    ['no gateway at all', snapshotOf(), 'off'],
    ['not connected', one(link('home', 'idle')), 'off'],
    ['no view yet', one(link('home', 'idle'), { connections: {} }), 'off'],
    ['connecting', one(link('home', 'connecting')), 'connecting'],
    ['waiting to try again', one(link('home', 'waiting', { retryAt: 5 })), 'connecting'],
    ['ready', one(link('home', 'ready')), 'ready'],
    ['ready, agent at work', one(link('home', 'ready', { activeRuns: 1 })), 'working'],
    [
      'runs of a link that is gone say nothing',
      one(link('home', 'waiting', { activeRuns: 1 })),
      'connecting',
    ],
    ['blocked', one(link('home', 'blocked')), 'needs-you'],
    ['a question while connecting', one(link('home', 'connecting'), { prompts: [password] }), 'needs-you'],
    [
      'a question of no saved gateway',
      snapshotOf({ prompts: [{ ...password, gatewayId: null }] }),
      'needs-you',
    ],
  ]
  it.each(table)('%s', (_name, snapshot, icon) => {
    expect(model(snapshot).icon).toBe(icon)
  })

  it('shows the selected gateway, but "needs you" of another one comes first', () => {
    const gateways = [sshGateway('home'), sshGateway('vps')]
    const both = (vps: ConnectionView): Snapshot =>
      snapshotOf({
        gateways,
        selectedGatewayId: 'home',
        connections: { home: link('home', 'ready', { activeRuns: 2 }), vps },
      })
    expect(model(both(link('vps', 'connecting'))).icon).toBe('working')
    const blocked = model(both(link('vps', 'blocked')))
    expect(blocked.icon).toBe('needs-you')
    expect(blocked.tooltip).toMatch(/^Hawser: vps needs you: /)
    expect(read(blocked.menu).slice(0, 3)).toEqual([
      expect.stringMatching(/^vps needs you: /),
      'home · ready',
      'Agent is working (2 runs)',
    ])
  })
})

describe('the one-line truth', () => {
  const stages = link('home', 'connecting').stages.map((stage) =>
    stage.name === 'forward' ? { ...stage, state: 'running' as const } : stage,
  )
  const table: readonly [ConnectionView, string][] = [
    [link('home', 'idle'), 'home · not connected'],
    [link('home', 'connecting'), 'home · connecting'],
    [link('home', 'connecting', { stages }), 'home · connecting: forward'],
    [link('home', 'waiting', { retryAt: 7 }), 'home · next try at T7'],
    [link('home', 'ready'), 'home · ready'],
    [link('home', 'ready', { latency: { ms: 12.4, at: 0 } }), 'home · ready · 12 ms'],
    [link('home', 'ready', { latency: { ms: 23.4, at: 0 } }), 'home · ready · 25 ms'],
    [link('home', 'ready', { latency: { ms: 0.2, at: 0 } }), 'home · ready · 1 ms'],
  ]
  it.each(table)('%#', (view, line) => {
    expect(first(one(view))).toBe(line)
  })

  it('labels the demo wherever it is named', () => {
    const snapshot = snapshotOf({
      gateways: [sshGateway('d', { name: 'Demo', demo: true })],
      connections: { d: link('d', 'ready') },
    })
    expect(first(snapshot)).toBe('Demo (demo) · ready')
    expect(model(snapshot).tooltip).toBe('Hawser: Demo (demo) · ready')
  })
})

describe('the menu', () => {
  it('offers what fits each gateway, as one text', () => {
    const snapshot = snapshotOf({
      gateways: [
        sshGateway('home'),
        sshGateway('vps'),
        sshGateway('here', { name: 'This computer', place: { kind: 'local', port: null } }),
      ],
      selectedGatewayId: 'home',
      connections: {
        home: link('home', 'ready', { latency: { ms: 10, at: 0 } }),
        vps: link('vps', 'waiting', { retryAt: 9 }),
        here: link('here', 'idle'),
      },
      local: { ...snapshotOf().local, state: 'stopped' },
    })
    expect(read(model(snapshot).menu)).toEqual([
      'home · ready · 10 ms',
      '--',
      'Open chat',
      '--',
      'Gateways >',
      '  ✓ home · ready · 10 ms >',
      '    Open chat',
      '    Disconnect',
      '    Open dashboard in browser',
      '  vps · next try at T9 >',
      '    Open chat',
      '    Retry now',
      '    Disconnect',
      '    Show this one in the tray',
      '  This computer · stopped >',
      '    Open chat',
      '    Start and connect',
      '    Show this one in the tray',
      '  --',
      '  Add a gateway…',
      'Disconnect',
      'Open dashboard in browser',
      '--',
      'Settings…',
      'Status…',
      '--',
      'Quit Hawser',
    ])
  })

  it('leads a person without a gateway to adding one', () => {
    expect(read(model(snapshotOf()).menu)).toEqual([
      'No gateway yet',
      '--',
      'Add a gateway…',
      '--',
      'Settings…',
      '--',
      'Quit Hawser',
    ])
  })

  it('names a gateway with an open question once, by the question', () => {
    const snapshot = snapshotOf({
      gateways: [sshGateway('vps')],
      connections: { vps: link('vps', 'blocked') },
      prompts: [password],
    })
    expect(read(model(snapshot).menu).filter((line) => line.includes('needs you:'))).toEqual([
      'vps needs you: password',
    ])
  })

  it('stays the same while the round trip only trembles', () => {
    const menu = (ms: number): string =>
      JSON.stringify(model(one(link('home', 'ready', { latency: { ms, at: ms } }))))
    expect(menu(39)).toBe(menu(41))
    expect(menu(39)).not.toBe(menu(58))
  })
})

describe('for any snapshot', () => {
  const id = fc.constantFrom('a', 'b', 'c')
  const view = fc
    .record({
      phase: fc.constantFrom(...connectionPhases),
      activeRuns: fc.nat(3),
      retryAt: fc.option(fc.nat()),
      ms: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      message: fc.string({ unit: 'binary', maxLength: 300 }),
    })
    .map(({ phase, activeRuns, retryAt, ms, message }) =>
      link('a', phase, {
        activeRuns,
        retryAt,
        latency: ms === null ? null : { ms, at: 0 },
        error: phase === 'blocked' ? { ...appError('internal'), message } : null,
      }),
    )
  const snapshots = fc
    .record({
      names: fc.uniqueArray(id),
      views: fc.dictionary(id, view),
      selected: fc.option(id),
      name: fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
      asked: fc.array(fc.option(id), { maxLength: 2 }),
    })
    .map(({ names, views, selected, name, asked }) =>
      snapshotOf({
        gateways: names.map((key) => sshGateway(key, { name: `${name}${key}` })),
        connections: views,
        selectedGatewayId: selected,
        prompts: asked.map((gatewayId) => ({ ...password, gatewayId })),
      }),
    )

  it('is green or at work only for a selected gateway that is ready, with nobody asked for', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const shown = model(snapshot)
        const selected =
          snapshot.gateways.find(({ id }) => id === snapshot.selectedGatewayId) ?? snapshot.gateways[0]
        const blocked = snapshot.gateways.some(({ id }) => snapshot.connections[id]?.phase === 'blocked')
        const needsYou = blocked || snapshot.prompts.length > 0
        const ready = selected !== undefined && snapshot.connections[selected.id]?.phase === 'ready'
        expect(shown.icon === 'needs-you').toBe(needsYou)
        expect(shown.icon === 'ready' || shown.icon === 'working').toBe(ready && !needsYou)
      }),
    )
  })

  it('always has a way out, a tooltip that fits Windows, no empty line, and no two separators in a row', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const { menu, tooltip } = model(snapshot)
        const lines = read(menu)
        expect(menu.at(-1)).toEqual({ type: 'item', label: 'Quit Hawser', action: { kind: 'quit' } })
        expect(tooltip.length).toBeLessThanOrEqual(127)
        expect(tooltip.isWellFormed() || !snapshot.gateways.every(({ name }) => name.isWellFormed())).toBe(
          true,
        )
        expect(lines.every((line) => line.trim() !== '')).toBe(true)
        expect(lines.some((line, at) => line === '--' && lines[at + 1] === '--')).toBe(false)
      }),
    )
  })
})
