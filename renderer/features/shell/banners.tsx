import { Info, TriangleAlert, X } from 'lucide-react'
import { useStore } from 'zustand'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useSnapshot } from '../../stores/app.ts'
import { IconButton } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { age } from '../../ui/format.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './banners.module.css'

/** What must be known wherever one is: the core is gone, this is a demo, notices. */
export function Banners() {
  const { call, snapshot } = useApp()
  const link = useStore(snapshot.store, (state) => state.link)
  const demo = useSnapshot(
    ({ app, gateways, selectedGatewayId }) =>
      app.demo || gateways.some((gateway) => gateway.demo && gateway.id === selectedGatewayId),
  )
  const notices = useSnapshot((state) => state.notices)
  if (link !== 'lost' && !demo && notices.length === 0) return null
  return (
    <aside aria-label={text.shell.notices}>
      {link === 'lost' && <LostBanner />}
      {demo && (
        <div className={styles.banner}>
          <Info size={14} aria-hidden />
          <p>{text.app.demo}</p>
        </div>
      )}
      {notices.map((notice) => (
        <div key={notice.id} className={cx(styles.banner, notice.tone === 'warning' && styles.patience)}>
          {notice.tone === 'warning' ? (
            <TriangleAlert size={14} aria-hidden />
          ) : (
            <Info size={14} aria-hidden />
          )}
          <p>{notice.text}</p>
          <IconButton
            label={text.common.dismiss}
            className={styles.dismiss}
            onClick={() => void call('app.dismiss-notice', { noticeId: notice.id })}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </aside>
  )
}

function LostBanner() {
  const { snapshot } = useApp()
  const since = useStore(snapshot.store, (state) => state.linkSince)
  const now = useNow()
  return (
    <div className={cx(styles.banner, styles.patience)} role="alert">
      <StateMark mark="waiting" />
      <p>
        <strong>{text.bridge.lost}</strong> <span aria-hidden>{text.bridge.lostSince(age(since, now))}</span>
      </p>
    </div>
  )
}
