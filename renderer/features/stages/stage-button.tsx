import { ChevronDown } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useConnection } from '../../stores/app.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { lineText } from './link-line.ts'
import { LinkPanel } from './link-panel.tsx'
import styles from './stage-button.module.css'
import { useLinkLine } from './use-link-line.ts'

/** The stage line in the head of the chat; opens the chain of stages. */
export function StageButton({ gateway }: { readonly gateway: SavedGateway }) {
  const id = useId()
  const panel = useRef<HTMLElement>(null)
  const [open, setOpen] = useState(false)
  const line = useLinkLine(gateway.id)
  const connection = useConnection(gateway.id)
  return (
    <>
      <button type="button" className={styles.line} popoverTarget={id} data-phase={connection?.phase}>
        <span className="hidden-visually">{text.link.openChain(line.words)}</span>
        <StateMark mark={line.mark} />
        <span aria-hidden className={styles.words}>
          {lineText(line)}
        </span>
        <ChevronDown size={14} aria-hidden />
      </button>
      <section
        ref={panel}
        id={id}
        popover="auto"
        className={styles.panel}
        aria-label={text.link.chainOf(gateway.name)}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {open && connection !== undefined && (
          <LinkPanel gateway={gateway} connection={connection} onLeave={() => panel.current?.hidePopover()} />
        )}
      </section>
    </>
  )
}
