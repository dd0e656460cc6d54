import { beforeEach, describe, expect, it } from 'vitest'
import type { WebContents } from 'electron'
import { bindIpc, type IpcBinding } from '../../../electron/desktop/ipc.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { callChannel, eventChannel, listeningChannel } from '../../../shared/contract/channels.ts'
import { ipcMain, resetElectron } from '../../stubs/electron.ts'
import { StubContents, StubFrame } from '../../stubs/electron-window.ts'
import { FakeCore } from '../../stubs/fake-core.ts'

const origin = 'app://bundle'
const show = { name: 'app.show', payload: { page: 'settings', gatewayId: null } } as const
const changed = { name: 'sessions.changed', payload: { gatewayId: 'g' } } as const

let core: FakeCore
let ipc: IpcBinding
let page: StubContents

const newPage = (): StubContents => {
  const contents = new StubContents()
  contents.mainFrame.origin = origin
  return contents
}
const admit = (contents: StubContents): void => ipc.admit(contents as unknown as WebContents)
const sender = (contents: StubContents, frame: unknown = contents.mainFrame): object => ({
  sender: contents,
  senderFrame: frame,
})
const call = (event: unknown): Promise<unknown> => ipcMain.invoke(callChannel, event, 'app.snapshot', {})
const listen = (contents: StubContents): boolean => ipcMain.emit(listeningChannel, sender(contents))

beforeEach(() => {
  resetElectron()
  core = new FakeCore()
  ipc = bindIpc(core, silentLogger)
  page = newPage()
  admit(page)
})

describe('who may give commands', () => {
  it('lets the main frame of an admitted page through', async () => {
    expect(await call(sender(page))).toEqual({ ok: true, value: {} })
    expect(core.asked).toEqual([{ name: 'app.snapshot', input: {} }])
  })

  const disposedFrame = {
    get origin(): string {
      throw new Error('Render frame was disposed before WebFrameMain could be accessed')
    },
  }
  const table: readonly [string, () => unknown][] = [
    ['a page that was never admitted', () => sender(newPage())],
    ['a frame inside the page', () => sender(page, new StubFrame(origin))],
    ['a frame that is gone', () => sender(page, null)],
    [
      'a frame that throws',
      () => {
        Object.defineProperty(page, 'mainFrame', { value: disposedFrame })
        return sender(page, disposedFrame)
      },
    ],
    [
      'the page at another origin',
      () => {
        page.mainFrame.origin = 'https://bundle'
        return sender(page)
      },
    ],
    [
      'an origin that only begins like ours',
      () => {
        page.mainFrame.origin = 'app://bundle.evil'
        return sender(page)
      },
    ],
    [
      'a page that is destroyed',
      () => {
        page.destroyed = true
        return sender(page)
      },
    ],
    [
      'a page that took the number of a dead one',
      () => {
        page.die()
        const other = newPage()
        Object.defineProperty(other, 'id', { value: page.id })
        return sender(other)
      },
    ],
  ]
  it.each(table)('refuses %s', async (_name, event) => {
    await expect(call(event())).rejects.toThrow('refused')
    expect(core.asked).toEqual([])
  })

  it('hands the name on as it came: the core judges it', async () => {
    await ipcMain.invoke(callChannel, sender(page), null, undefined)
    expect(core.asked).toEqual([{ name: null, input: undefined }])
  })
})

describe('who hears events', () => {
  it('all admitted pages, while they live', () => {
    const other = newPage()
    admit(other)
    core.emit(changed)
    page.crashed = true
    other.die()
    core.emit(changed)
    expect(page.sent).toEqual([{ channel: eventChannel, args: [changed] }])
    expect(other.sent).toHaveLength(1)
  })

  it('tells a page where to go only when it listens', () => {
    ipc.sendWhenListening(page as unknown as WebContents, show)
    expect(page.sent).toEqual([])
    listen(page)
    expect(page.sent).toEqual([{ channel: eventChannel, args: [show] }])
    listen(page)
    expect(page.sent).toHaveLength(1)
    page.emit('did-start-loading')
    ipc.sendWhenListening(page as unknown as WebContents, show)
    expect(page.sent).toHaveLength(1)
    listen(page)
    expect(page.sent).toHaveLength(2)
  })

  it('does not believe a stranger that it listens', () => {
    ipc.sendWhenListening(page as unknown as WebContents, show)
    ipcMain.emit(listeningChannel, sender(page, new StubFrame(origin)))
    expect(page.sent).toEqual([])
  })

  it('is silent after its end', async () => {
    ipc.dispose()
    core.emit(changed)
    expect(page.sent).toEqual([])
    await expect(call(sender(page))).rejects.toThrow('no handler')
  })
})
