import { useState } from 'react'
import type { CommandOutput } from '../../../shared/contract/index.ts'
import type { AppError } from '../../../shared/result.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { age } from '../../ui/format.ts'
import { LogLines } from '../../ui/log-lines.tsx'
import { Section } from '../../ui/section.tsx'
import { useNow } from '../../ui/use-now.ts'

const words = text.status
const wanted = 200

/** The end of the gateway's log, fetched when asked for. */
export function LogTail({ gatewayId }: { readonly gatewayId: string }) {
  const { call } = useApp()
  const now = useNow()
  const [tail, setTail] = useState<CommandOutput<'status.log-tail'> | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState(false)
  const read = async (): Promise<void> => {
    setBusy(true)
    const result = await call('status.log-tail', { gatewayId, lines: wanted })
    setBusy(false)
    setError(result.ok ? null : result.error)
    if (result.ok) setTail(result.value)
  }
  return (
    <Section
      title={words.log}
      source={tail === null ? undefined : words.logOf(tail.host, tail.file, age(tail.readAt, now))}
    >
      {tail !== null &&
        (tail.lines.length === 0 ? (
          <p>{words.logEmpty}</p>
        ) : (
          <LogLines lines={tail.lines} label={words.log} />
        ))}
      {error !== null && <ErrorNote error={error} />}
      <div>
        <Button disabled={busy} onClick={() => void read()}>
          {tail === null ? words.showLog : text.common.refresh}
        </Button>
      </div>
    </Section>
  )
}
