import { contextBridge, ipcRenderer } from 'electron'
import { callChannel, eventChannel, listeningChannel } from '../shared/contract/channels.ts'
import type { AppEvent, CommandName } from '../shared/contract/index.ts'
import type { Result } from '../shared/result.ts'

/**
 * Every command of the contract. Spelt out, so that this file needs no schema library in the sandbox; the type makes
 * a command that is missing here, or was dropped there, an error of the build.
 */
const commands: Readonly<Record<CommandName, true>> = {
  'app.snapshot': true,
  'app.quit': true,
  'app.open-link': true,
  'app.dismiss-notice': true,
  'app.set-preferences': true,
  'app.start-demo': true,
  'gateways.add': true,
  'gateways.edit': true,
  'gateways.duplicate': true,
  'gateways.remove': true,
  'gateways.select': true,
  'gateways.import-offers': true,
  'gateways.import': true,
  'gateways.set-secret': true,
  'ssh.resolve': true,
  'ssh.aliases': true,
  'connection.connect': true,
  'connection.disconnect': true,
  'connection.retry': true,
  'connection.check': true,
  'connection.open-dashboard': true,
  'prompts.answer': true,
  'prompts.dismiss': true,
  'chat.open': true,
  'chat.older': true,
  'chat.sessions': true,
  'chat.send': true,
  'chat.abort': true,
  'chat.discard': true,
  'chat.resend': true,
  'chat.reset': true,
  'chat.compact': true,
  'chat.delete': true,
  'status.read': true,
  'status.log-tail': true,
  'local.look': true,
  'local.start': true,
  'local.stop': true,
  'secrets.remove': true,
}

/** All a page gets of the world outside: commands and events of the contract. */
const hawser = Object.freeze({
  /** A name the contract does not know never leaves the page's process; the core answers null with `input.invalid`. */
  call: (name: unknown, input: unknown): Promise<Result<unknown>> =>
    ipcRenderer.invoke(
      callChannel,
      typeof name === 'string' && Object.hasOwn(commands, name) ? name : null,
      input,
    ) as Promise<Result<unknown>>,

  /** Listens to all events; the returned function stops it. Electron's own event object stays on this side. */
  on: (listener: (event: AppEvent) => void): (() => void) => {
    const forward = (_event: unknown, event: AppEvent): void => listener(event)
    ipcRenderer.on(eventChannel, forward)
    ipcRenderer.send(listeningChannel)
    return () => {
      ipcRenderer.removeListener(eventChannel, forward)
    }
  },
})

contextBridge.exposeInMainWorld('hawser', hawser)
