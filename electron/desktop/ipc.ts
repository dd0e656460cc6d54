import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { callChannel, eventChannel, listeningChannel } from '../../shared/contract/channels.ts'
import type { AppEvent } from '../../shared/contract/index.ts'
import type { AppCore } from '../app/app-core.ts'
import type { Logger } from '../log/logger.ts'
import { DisposableStore, disposable, type Disposable } from '../platform/disposable.ts'
import { appOrigin } from './app-protocol.ts'

/** The contract on Electron IPC, for pages that were admitted. */
export interface IpcBinding extends Disposable {
  /** Lets this page give commands and hear events until it is destroyed. */
  admit(contents: WebContents): void
  /** Sends an event of the face itself to this page: at once, or as soon as it listens. */
  sendWhenListening(contents: WebContents, event: AppEvent): void
}

type Sender = Pick<IpcMainInvokeEvent | IpcMainEvent, 'sender' | 'senderFrame'>

/**
 * Binds the core to the one place that uses `ipcMain`. A message counts only from the main frame of an admitted page
 * that still shows our origin; what it carries is validated by the core against the contract.
 */
export function bindIpc(core: AppCore, log: Logger): IpcBinding {
  const store = new DisposableStore()
  const pages = new Map<number, { readonly contents: WebContents; listening: boolean; queue: AppEvent[] }>()

  const trusted = ({ sender, senderFrame: frame }: Sender): boolean => {
    try {
      const known = pages.get(sender.id)?.contents === sender && !sender.isDestroyed()
      return known && frame !== null && frame === sender.mainFrame && frame.origin === appOrigin
    } catch {
      // A frame that was disposed of throws at every property.
      return false
    }
  }
  const send = (contents: WebContents, event: AppEvent): void => {
    if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(eventChannel, event)
  }

  ipcMain.handle(callChannel, (event, name: unknown, input: unknown) => {
    if (trusted(event)) return core.callUnknown(name, input)
    log.warn('command of an unknown sender refused', { sender: event.sender.id })
    throw new Error('refused')
  })
  const onListening = (event: IpcMainEvent): void => {
    const page = trusted(event) ? pages.get(event.sender.id) : undefined
    if (page === undefined) return
    page.listening = true
    for (const waiting of page.queue.splice(0)) send(page.contents, waiting)
  }
  ipcMain.on(listeningChannel, onListening)
  store.add(disposable(() => ipcMain.removeHandler(callChannel)))
  store.add(disposable(() => ipcMain.removeListener(listeningChannel, onListening)))
  store.add(core.onEvent((event) => pages.forEach(({ contents }) => send(contents, event))))

  return {
    admit(contents) {
      const page = { contents, listening: false, queue: [] as AppEvent[] }
      const { id } = contents
      pages.set(id, page)
      contents.once('destroyed', () => pages.delete(id))
      // A reloaded page has to listen anew before it can be told anything.
      contents.on('did-start-loading', () => {
        page.listening = false
      })
    },
    sendWhenListening(contents, event) {
      const page = pages.get(contents.id)
      if (page?.listening === true) send(contents, event)
      else page?.queue.push(event)
    },
    dispose: () => store.dispose(),
  }
}
