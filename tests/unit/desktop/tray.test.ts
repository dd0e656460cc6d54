import { beforeEach, describe, expect, it } from 'vitest'
import { AppTray, menuTemplate, trayThrottleMs } from '../../../electron/desktop/tray.ts'
import { trayIconFile } from '../../../electron/desktop/tray-icons.ts'
import type { TrayAction } from '../../../electron/desktop/tray-menu.ts'
import type { TrayModel } from '../../../electron/desktop/tray-model.ts'
import { trayIconStates } from '../../../electron/desktop/tray-states.ts'
import { drawIcons } from '../../../build/icons/icon-files.ts'
import { FakeClock } from '../../fixtures/fake-clock.ts'
import { calls, nativeTheme, resetElectron, StubImage, trays } from '../../stubs/electron.ts'

const base: TrayModel = {
  icon: 'off',
  tooltip: 'Hawser: a & b',
  menu: [{ type: 'item', label: 'Salt & Pepper', action: { kind: 'quit' } }],
}

function start(platform: NodeJS.Platform = 'linux') {
  const clock = new FakeClock()
  const ran: TrayAction[] = []
  const shown = { model: base }
  const tray = new AppTray({
    platform,
    clock,
    image: (state) => new StubImage(state) as never,
    model: () => shown.model,
    run: (action) => ran.push(action),
  })
  return { clock, ran, shown, tray, icon: trays[0]! }
}

describe('the tray', () => {
  beforeEach(() => resetElectron())

  it('is one icon, with its menu from the start', () => {
    const { icon, ran } = start()
    expect(trays).toHaveLength(1)
    const [item] = icon.menu!.template
    expect(item?.label).toBe('Salt && Pepper')
    item?.click?.({} as never, undefined, {})
    expect(ran).toEqual([{ kind: 'quit' }])
  })

  it('sets only what differs, so that an open menu is left alone', async () => {
    const { icon, shown, tray, clock } = start()
    tray.refresh()
    await clock.advance(trayThrottleMs)
    expect(icon.menus).toHaveLength(1)
    shown.model = { ...base, icon: 'ready' }
    tray.refresh()
    expect(icon.image.file).toBe('ready')
    expect(icon.menus).toHaveLength(1)
    await clock.advance(trayThrottleMs)
    shown.model = { ...shown.model, menu: [{ type: 'separator' }] }
    tray.refresh()
    expect(icon.menus).toHaveLength(2)
  })

  it('gathers changes in quick succession and ends on the last one', async () => {
    const { icon, shown, tray, clock } = start()
    for (const state of ['connecting', 'ready', 'working'] as const) {
      shown.model = { ...base, icon: state }
      tray.refresh()
    }
    expect(icon.image.file).toBe('connecting')
    await clock.advance(trayThrottleMs)
    expect(icon.image.file).toBe('working')
    expect(calls.filter(({ name }) => name === 'tray.setImage')).toHaveLength(2)
  })

  it('redraws for another theme, and is quiet after its end', () => {
    const { tray, shown, icon } = start()
    nativeTheme.emit('updated')
    expect(calls.filter(({ name }) => name === 'tray.setImage')).toHaveLength(1)
    tray.dispose()
    shown.model = { ...base, icon: 'ready' }
    tray.refresh()
    nativeTheme.emit('updated')
    expect(icon.image.file).toBe('off')
  })

  it('writes an ampersand as each system wants it', () => {
    expect(start('win32').icon.toolTip).toBe('Hawser: a &&& b')
    resetElectron()
    expect(start('darwin').icon.toolTip).toBe('Hawser: a & b')
    expect(menuTemplate([{ type: 'submenu', label: 'A&B', items: base.menu }], () => {})).toMatchObject([
      { label: 'A&&B', submenu: [{ label: 'Salt && Pepper' }] },
    ])
  })
})

describe('the icon files', () => {
  it('exist for every state, system, bar and scale that can be asked for', () => {
    const { shipped } = drawIcons()
    for (const state of trayIconStates) {
      for (const platform of ['darwin', 'win32', 'linux'] as const) {
        for (const darkBar of [true, false]) {
          for (const scale of [1, 1.25, 2, 3]) {
            const file = trayIconFile(state, { platform, darkBar, scale })
            expect(shipped.has(file), file).toBe(true)
          }
        }
      }
    }
  })

  it('tell the states apart at 16 px by shape alone', () => {
    const { shipped } = drawIcons()
    const shapes = trayIconStates.map((state) => shipped.get(`${state}Template.png`)!.toString('base64'))
    expect(new Set(shapes).size).toBe(trayIconStates.length)
  })
})
