import type { Session, WebContents } from 'electron'
import type { Logger } from '../log/logger.ts'
import { appOrigin, appUrl } from './app-protocol.ts'

/** The one thing a page may ask the system for: putting text on the clipboard after a click. */
const allowedPermission = 'clipboard-sanitized-write'

/** True for addresses that a page of ours may load from: its own files, and what it made itself. */
export function mayLoad(address: string): boolean {
  return (
    address.startsWith(`${appOrigin}/`) ||
    address.startsWith(`blob:${appOrigin}/`) ||
    address.startsWith('data:')
  )
}

/** Closes a session: no permission, no device, no request that leaves the app. `devTools` lets their own pages load. */
export function lockSession(session: Session, log: Logger, devTools: boolean): void {
  session.setPermissionRequestHandler((contents, permission, answer) => {
    const allowed = permission === allowedPermission && contents.getURL().startsWith(`${appOrigin}/`)
    if (!allowed) log.warn('permission refused', { permission })
    answer(allowed)
  })
  session.setPermissionCheckHandler(
    (_contents, permission, origin) =>
      permission === allowedPermission && (origin === appOrigin || origin === `${appOrigin}/`),
  )
  session.setDevicePermissionHandler(() => false)
  session.setUSBProtectedClassesHandler((details) => details.protectedClasses)
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }))
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null))
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = mayLoad(details.url) || (devTools && details.url.startsWith('devtools:'))
    if (!allowed) log.warn('request refused', { scheme: schemeOf(details.url), type: details.resourceType })
    answer({ cancel: !allowed })
  })
  session.on('will-download', (event) => event.preventDefault())
}

/** Nails a page to its address: it can neither leave, nor open a window, nor embed another page. */
export function lockContents(contents: WebContents, log: Logger): void {
  const stay = (event: { preventDefault(): void }, address: string): void => {
    // Reloading itself is the only way a page may go.
    if (address.split('#', 1)[0] === appUrl) return
    event.preventDefault()
    log.warn('navigation refused', { scheme: schemeOf(address) })
  }
  contents.on('will-navigate', (event) => stay(event, event.url))
  contents.on('will-frame-navigate', (event) => stay(event, event.url))
  contents.on('will-redirect', (event) => stay(event, event.url))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    log.warn('window refused', { scheme: schemeOf(url) })
    return { action: 'deny' }
  })
}

/** Whole addresses can carry secrets, so only the scheme is logged. */
const schemeOf = (address: string): string => address.split(':', 1)[0]?.slice(0, 32) ?? ''
