import { X } from 'lucide-react'
import { useEffect, useEffectEvent, useRef } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useUi } from '../../stores/app.ts'
import { IconButton } from '../../ui/button.tsx'
import styles from './drawer.module.css'
import { Sidebar } from './sidebar.tsx'

/** The sidebar of a narrow window: slides over the page, closes with Esc, a click outside, or a choice. */
export function Drawer() {
  const open = useUi((state) => state.drawerOpen)
  return open ? <OpenDrawer /> : null
}

function OpenDrawer() {
  const { ui } = useApp()
  const ref = useRef<HTMLDialogElement>(null)
  const close = useEffectEvent(() => ui.setDrawer(false))
  useEffect(() => {
    const dialog = ref.current
    if (dialog === null) return
    const before = document.activeElement
    const onClose = (): void => close()
    const onClick = (event: MouseEvent): void => {
      if (event.target === dialog) close()
    }
    dialog.showModal()
    dialog.addEventListener('close', onClose)
    dialog.addEventListener('click', onClick)
    return () => {
      dialog.removeEventListener('close', onClose)
      dialog.removeEventListener('click', onClick)
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog ref={ref} className={styles.drawer} aria-label={text.app.menu}>
      <IconButton label={text.app.closeMenu} className={styles.close} onClick={() => ui.setDrawer(false)}>
        <X size={16} aria-hidden />
      </IconButton>
      <Sidebar />
    </dialog>
  )
}
