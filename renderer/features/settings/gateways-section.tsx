import { Ellipsis, Plus } from 'lucide-react'
import { useState } from 'react'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useSnapshot } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Section } from '../../ui/section.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { lineText } from '../stages/link-line.ts'
import { useLinkLine } from '../stages/use-link-line.ts'
import styles from './settings.module.css'

const words = text.settings.gateways

/** The saved gateways. */
export function GatewaysSection() {
  const { ui } = useApp()
  const doing = useDoing()
  const gateways = useSnapshot((state) => state.gateways)
  const [removing, setRemoving] = useState<SavedGateway | null>(null)
  return (
    <Section title={words.title}>
      {gateways.length === 0 && <p className={styles.soft}>{words.none}</p>}
      <ul className={styles.rows}>
        {gateways.map((gateway) => (
          <GatewayRow
            key={gateway.id}
            gateway={gateway}
            onDuplicate={() => void doing.run('gateways.duplicate', { gatewayId: gateway.id })}
            onRemove={() => setRemoving(gateway)}
          />
        ))}
      </ul>
      {doing.error !== null && <ErrorNote error={doing.error} title={text.settings.failed} />}
      <div>
        <Button icon={<Plus size={14} aria-hidden />} onClick={() => ui.show('add-gateway')}>
          {words.add}
        </Button>
      </div>
      {removing !== null && (
        <RemoveDialog
          gateway={removing}
          onDone={() => setRemoving(null)}
          onConfirm={() => {
            setRemoving(null)
            void doing.run('gateways.remove', { gatewayId: removing.id })
          }}
        />
      )}
    </Section>
  )
}

interface RowProps {
  readonly gateway: SavedGateway
  readonly onDuplicate: () => void
  readonly onRemove: () => void
}

function GatewayRow({ gateway, onDuplicate, onRemove }: RowProps) {
  const { ui } = useApp()
  const line = useLinkLine(gateway.id)
  const facts = [
    gateway.demo ? words.demo : placeWords(gateway),
    ...(gateway.wanted && !gateway.demo ? [words.connectsAtStart] : []),
  ]
  return (
    <li className={styles.row}>
      <StateMark mark={line.mark} />
      <div className={styles.rowWords}>
        <p className={styles.rowName}>{gateway.name}</p>
        <p className={styles.soft}>{facts.join(' · ')}</p>
        <p className={styles.soft}>{lineText(line)}</p>
      </div>
      <div className={styles.rowActions}>
        {!gateway.demo && <Button onClick={() => ui.edit(gateway.id)}>{words.edit}</Button>}
        <Menu
          label={words.actionsOf(gateway.name)}
          icon={<Ellipsis size={16} aria-hidden />}
          items={[
            ...(gateway.demo ? [] : [{ label: words.duplicate, onChoose: onDuplicate }]),
            { label: words.remove, onChoose: onRemove, danger: true },
          ]}
        />
      </div>
    </li>
  )
}

/** Where a gateway is, in words. */
function placeWords({ place }: SavedGateway): string {
  switch (place.kind) {
    case 'ssh':
      return words.placeOf.ssh(place.target)
    case 'direct':
      return words.placeOf.direct(place.url)
    case 'local':
      return words.placeOf.local
  }
}

interface RemoveProps {
  readonly gateway: SavedGateway
  readonly onConfirm: () => void
  readonly onDone: () => void
}

/** Removing takes the gateway's secrets along, and says how many. */
function RemoveDialog({ gateway, onConfirm, onDone }: RemoveProps) {
  const secrets = useSnapshot(
    (state) => state.secrets.entries.filter((entry) => entry.gatewayId === gateway.id).length,
  )
  return (
    <ConfirmDialog
      danger
      title={words.removeAsk(gateway.name)}
      action={words.removeDo}
      onConfirm={onConfirm}
      onDismiss={onDone}
    >
      <p>{words.removeWhy(secrets)}</p>
      <p>{words.removeWaiting}</p>
    </ConfirmDialog>
  )
}
