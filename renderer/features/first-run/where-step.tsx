import { Download, Globe, Laptop, Play, Server } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import type { ImportOffer } from '../../../shared/contract/index.ts'
import type { GatewayPlace } from '../../../shared/model/gateway.ts'
import type { LocalGatewayView } from '../../../shared/model/local-gateway.ts'
import type { AppError } from '../../../shared/result.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp, useSnapshot } from '../../stores/app.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Emblem } from './emblem.tsx'
import styles from './first-run.module.css'

const words = text.firstRun

export interface WhereStepProps {
  /** Greets: nothing is saved yet. */
  readonly welcome: boolean
  readonly onChoose: (kind: GatewayPlace['kind']) => void
}

/** The first decision: where the agent runs. */
export function WhereStep({ welcome, onChoose }: WhereStepProps) {
  const { call, ui } = useApp()
  const local = useSnapshot((state) => state.local)
  const demoRuns = useSnapshot(({ gateways }) => gateways.some((gateway) => gateway.demo))
  const [starting, setStarting] = useState(false)
  const [error, setError] = useState<AppError | null>(null)

  useEffect(() => {
    void call('local.look', {})
  }, [call])

  const startDemo = async (): Promise<void> => {
    setStarting(true)
    setError(null)
    const result = await call('app.start-demo', {})
    setStarting(false)
    if (result.ok) ui.arrive(result.value.id)
    else setError(result.error)
  }

  return (
    <>
      {welcome && (
        <header className={styles.welcome}>
          <Emblem />
          <h1 className={styles.display}>{words.welcome}</h1>
          <p className={styles.lead}>{words.welcomeHint}</p>
        </header>
      )}
      <section className={styles.section}>
        <p className={styles.step}>{words.step(1)}</p>
        <h2 className={styles.question}>{words.where}</h2>
        <ul className={styles.choices}>
          <Choice
            icon={<Server size={20} aria-hidden />}
            hint={words.sshHint}
            onChoose={() => onChoose('ssh')}
          >
            {words.ssh}
          </Choice>
          <Choice
            icon={<Laptop size={20} aria-hidden />}
            hint={localHint(local)}
            onChoose={() => onChoose('local')}
          >
            {words.local}
          </Choice>
          <Choice
            icon={<Globe size={20} aria-hidden />}
            hint={words.directHint}
            onChoose={() => onChoose('direct')}
          >
            {words.direct}
          </Choice>
          {!demoRuns && (
            <Choice
              icon={<Play size={20} aria-hidden />}
              hint={starting ? words.demoStarting : words.demoHint}
              disabled={starting}
              onChoose={() => void startDemo()}
            >
              {words.demo}
            </Choice>
          )}
        </ul>
        {error !== null && <ErrorNote error={error} />}
      </section>
      <Imports />
    </>
  )
}

/** What Hawser sees on this computer, before anything is chosen. */
export function localHint(local: LocalGatewayView): string {
  return local.state === 'running'
    ? words.localHint.running(local.version, local.port)
    : words.localHint[local.state]
}

interface ChoiceProps {
  readonly icon: ReactNode
  readonly children: string
  readonly hint: string
  readonly disabled?: boolean
  readonly onChoose: () => void
}

function Choice({ icon, children, hint, disabled = false, onChoose }: ChoiceProps) {
  return (
    <li>
      <button type="button" className={styles.choice} disabled={disabled} onClick={onChoose}>
        <span className={styles.choiceIcon}>{icon}</span>
        <span className={styles.choiceWords}>
          <span className={styles.choiceName}>{children}</span>
          <span className={styles.choiceHint}>{hint}</span>
        </span>
      </button>
    </li>
  )
}

/** Gateways that OpenClaw's own settings name. Their file is read, never written. */
function Imports() {
  const { call, ui } = useApp()
  const [offers, setOffers] = useState<readonly ImportOffer[]>([])
  const [error, setError] = useState<AppError | null>(null)
  useEffect(() => {
    let current = true
    void call('gateways.import-offers', {}).then((result) => {
      if (current && result.ok) setOffers(result.value.offers)
    })
    return () => {
      current = false
    }
  }, [call])
  const take = async ({ file }: ImportOffer): Promise<void> => {
    setError(null)
    const result = await call('gateways.import', { file, connect: true })
    if (result.ok) ui.arrive(result.value.id)
    else setError(result.error)
  }
  if (offers.length === 0) return null
  return (
    <section className={styles.section}>
      <h2 className={styles.question}>{words.importTitle}</h2>
      <ul className={styles.choices}>
        {offers.map((offer) => (
          <Choice
            key={offer.file}
            icon={<Download size={20} aria-hidden />}
            hint={[
              words.importFrom(offer.file),
              ...(offer.hasSecret ? [words.importSecret] : []),
              ...offer.notes,
            ].join(' ')}
            onChoose={() => void take(offer)}
          >
            {offerName(offer)}
          </Choice>
        ))}
      </ul>
      {error !== null && <ErrorNote error={error} />}
    </section>
  )
}

function offerName({ draft }: ImportOffer): string {
  const places = text.settings.gateways.placeOf
  switch (draft.place.kind) {
    case 'ssh':
      return `${draft.name}, ${places.ssh(draft.place.target)}`
    case 'direct':
      return `${draft.name}, ${places.direct(draft.place.url)}`
    case 'local':
      return `${draft.name}, ${places.local}`
  }
}
