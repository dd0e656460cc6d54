import { useState } from 'react'
import type { GatewayPlace } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useGateway, useSnapshot, useUi } from '../../stores/app.ts'
import { PageHeader } from '../shell/page-header.tsx'
import { Arrival } from './arrival.tsx'
import styles from './first-run.module.css'
import { WhereStep } from './where-step.tsx'
import { WhichStep } from './which-step.tsx'

/** From nothing to a reply in three decisions: where, which, and signing in only as far as needed. */
export function FirstRun() {
  const arriving = useGateway(useUi((state) => state.arriving))
  const empty = useSnapshot(({ gateways }) => gateways.length === 0)
  const [kind, setKind] = useState<GatewayPlace['kind'] | null>(null)
  return (
    <>
      {!empty && arriving === undefined && <PageHeader title={text.firstRun.addTitle} />}
      <div className={styles.page}>
        <div className={styles.body}>
          {arriving !== undefined ? (
            <Arrival gateway={arriving} />
          ) : kind === null ? (
            <WhereStep welcome={empty} onChoose={setKind} />
          ) : (
            <WhichStep kind={kind} onBack={() => setKind(null)} />
          )}
        </div>
      </div>
    </>
  )
}
