import { Activity, Plus, Settings } from 'lucide-react'
import type { ReactNode } from 'react'
import { text } from '../../../shared/text/pages.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { useApp, useSnapshot, useUi } from '../../stores/app.ts'
import type { Page } from '../../stores/ui-store.ts'
import { cx } from '../../ui/cx.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { lineText } from '../stages/link-line.ts'
import { useLinkLine } from '../stages/use-link-line.ts'
import { SessionList } from './session-list.tsx'
import styles from './sidebar.module.css'

/** Gateways with the truth about each, the conversations of the selected one, and the ways to status and settings. */
export function Sidebar() {
  const gateways = useSnapshot((state) => state.gateways)
  const selected = useSnapshot((state) => state.selectedGatewayId) ?? gateways[0]?.id ?? null
  return (
    <div className={styles.sidebar}>
      <nav className={styles.gateways} aria-label={text.shell.gateways}>
        <h2 className={styles.heading}>{text.shell.gateways}</h2>
        <ul>
          {gateways.map((gateway) => (
            <li key={gateway.id}>
              <GatewayItem gateway={gateway} selected={gateway.id === selected} />
            </li>
          ))}
          <li>
            <PlaceButton page="add-gateway" icon={<Plus size={16} aria-hidden />}>
              {text.shell.addGateway}
            </PlaceButton>
          </li>
        </ul>
      </nav>
      {selected !== null && <SessionList key={selected} gatewayId={selected} />}
      <nav className={styles.foot} aria-label={text.app.name}>
        <PlaceButton page="status" icon={<Activity size={16} aria-hidden />}>
          {text.shell.status}
        </PlaceButton>
        <PlaceButton page="settings" icon={<Settings size={16} aria-hidden />}>
          {text.shell.settings}
        </PlaceButton>
      </nav>
    </div>
  )
}

function GatewayItem({ gateway, selected }: { readonly gateway: SavedGateway; readonly selected: boolean }) {
  const { call, ui } = useApp()
  const line = useLinkLine(gateway.id)
  const here = useUi((state) => state.page === 'chat' || state.page === 'status')
  const choose = (): void => {
    if (!here || selected) ui.show('chat')
    else ui.setDrawer(false)
    if (!selected) void call('gateways.select', { gatewayId: gateway.id })
  }
  return (
    <button
      type="button"
      className={cx(styles.item, styles.gateway, selected && styles.selected)}
      aria-current={selected ? 'true' : undefined}
      onClick={choose}
    >
      <StateMark mark={line.mark} />
      <span className={styles.words}>
        <span className={styles.name}>
          {gateway.name}
          {gateway.demo && <span className={styles.tag}>{text.shell.demoGateway}</span>}
        </span>
        <span className={cx(styles.line, styles[line.tone])}>{lineText(line)}</span>
      </span>
    </button>
  )
}

interface PlaceProps {
  readonly page: Page
  readonly icon: ReactNode
  readonly children: string
}

function PlaceButton({ page, icon, children }: PlaceProps) {
  const { ui } = useApp()
  const here = useUi((state) => state.page === page)
  return (
    <button
      type="button"
      className={cx(styles.item, here && styles.selected)}
      aria-current={here ? 'page' : undefined}
      onClick={() => ui.show(page)}
    >
      <span className={styles.icon}>{icon}</span>
      {children}
    </button>
  )
}
