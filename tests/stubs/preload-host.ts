import { EventEmitter } from 'node:events'
import { createContext, Script } from 'node:vm'

/** `window.hawser` as the preload makes it. */
interface ExposedHawser {
  call(name: string, input: unknown): Promise<unknown>
  on(listener: (event: unknown) => void): () => void
}

export interface LoadedPreload {
  /** What it asked `require` for. */
  readonly required: string[]
  /** What it put into the page, by name. */
  readonly exposed: Record<string, object>
  readonly hawser: ExposedHawser
  /** Arguments of each `ipcRenderer.invoke`. */
  readonly invoked: unknown[][]
  /** Arguments of each `ipcRenderer.send`. */
  readonly sent: unknown[][]
  /** A message from the main process. */
  receive(channel: string, ...args: unknown[]): void
}

export interface PreloadPorts {
  readonly invoke?: (channel: string, ...args: unknown[]) => Promise<unknown>
  readonly send?: (channel: string, ...args: unknown[]) => void
}

/** Runs a built preload as a sandboxed page does: a script with `require('electron')` and nothing of Node. */
export function loadPreload(source: string, ports: PreloadPorts = {}): LoadedPreload {
  const renderer = new EventEmitter()
  const required: string[] = []
  const exposed: Record<string, object> = {}
  const invoked: unknown[][] = []
  const sent: unknown[][] = []
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, api: object) => {
        exposed[name] = api
      },
    },
    ipcRenderer: {
      on: (channel: string, listener: (...args: unknown[]) => void) => renderer.on(channel, listener),
      removeListener: (channel: string, listener: (...args: unknown[]) => void) =>
        renderer.removeListener(channel, listener),
      send: (...args: unknown[]) => {
        sent.push(args)
        const [channel, ...rest] = args
        ports.send?.(String(channel), ...rest)
      },
      invoke: (...args: unknown[]) => {
        invoked.push(args)
        const [channel, ...rest] = args
        return ports.invoke?.(String(channel), ...rest) ?? Promise.resolve({ ok: true, value: {} })
      },
    },
  }
  const requireInSandbox = (name: string): unknown => {
    required.push(name)
    if (name === 'electron') return electron
    throw new Error(`a sandboxed preload has no ${name}`)
  }
  const context = createContext({ require: requireInSandbox, exports: {}, module: { exports: {} } })
  new Script(source, { filename: 'preload.cjs' }).runInContext(context)
  return {
    required,
    exposed,
    hawser: exposed['hawser'] as ExposedHawser,
    invoked,
    sent,
    receive: (channel, ...args) => renderer.emit(channel, { sender: 'main' }, ...args),
  }
}
