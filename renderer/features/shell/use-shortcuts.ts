import { useEffect } from 'react'
import { useApp } from '../../stores/app.ts'

export const isMac = navigator.userAgent.includes('Mac')
/** The key that goes with shortcuts, as it is written on the keyboard. */
export const modKey = isMac ? '⌘' : 'Ctrl'

/** Shortcuts of the whole window: mod+, opens the settings, mod+1…9 selects a gateway. */
export function useShortcuts(): void {
  const app = useApp()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(isMac ? event.metaKey : event.ctrlKey) || event.altKey || event.shiftKey) return
      if (document.querySelector('dialog[open]') !== null) return
      if (event.key === ',') {
        event.preventDefault()
        app.ui.show('settings')
        return
      }
      const index = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1
      const gateway = app.snapshot.store.getState().snapshot?.gateways[index]
      if (gateway === undefined) return
      event.preventDefault()
      app.ui.show('chat')
      void app.call('gateways.select', { gatewayId: gateway.id })
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [app])
}
