import type { BrowserWindowConstructorOptions } from 'electron'
import { minimumSize, type Placement } from './window-placement.ts'

/** All options of the one window; a test holds every one of them fast. */
export function windowOptions(
  placement: Placement,
  parts: {
    readonly preload: string
    readonly icon: string
    readonly platform: NodeJS.Platform
    readonly dark: boolean
  },
): BrowserWindowConstructorOptions {
  const { maximized: _, ...bounds } = placement
  return {
    ...bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'Hawser',
    show: false,
    backgroundColor: parts.dark ? '#17181a' : '#f4f4f5',
    ...(parts.platform === 'linux' ? { icon: parts.icon } : {}),
    webPreferences: {
      preload: parts.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      // Elsewhere Chromium would fetch dictionaries from the network.
      spellcheck: parts.platform === 'darwin',
    },
  }
}
