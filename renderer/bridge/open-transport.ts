import { takeLaunchSecret } from './launch-secret.ts'
import { createPreloadTransport } from './preload-transport.ts'
import { createSocketTransport } from './socket-transport.ts'
import type { Transport } from './transport.ts'

/** The transport of this page: the preload's in a desktop window, else one WebSocket to the serving origin. */
export function openTransport(window: Window): Transport {
  if (window.hawser !== undefined) return createPreloadTransport(window.hawser)
  const { location, history, sessionStorage: storage } = window
  const secret = takeLaunchSecret({ location, history, storage })
  // The command's new URL differs from this page's in its fragment only, which alone reloads nothing.
  window.addEventListener('hashchange', () => {
    if (takeLaunchSecret({ location, history, storage }) !== secret) location.reload()
  })
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return createSocketTransport({
    secret,
    open: (protocols) => new WebSocket(`${scheme}://${location.host}/bridge`, [...protocols]),
    after: (ms, callback) => {
      const timer = window.setTimeout(callback, ms)
      return () => window.clearTimeout(timer)
    },
    random: Math.random,
  })
}
