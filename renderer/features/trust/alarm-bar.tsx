import { OctagonAlert } from 'lucide-react'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import styles from './alarm-bar.module.css'

/** Stays above the conversation while the page about a changed identity is put aside. */
export function AlarmBar({ gatewayId }: { readonly gatewayId: string }) {
  const { ui } = useApp()
  return (
    <button type="button" className={styles.bar} onClick={() => ui.putAlarmAside(gatewayId, false)}>
      <OctagonAlert size={16} aria-hidden />
      {text.prompts.changed.back}
    </button>
  )
}
