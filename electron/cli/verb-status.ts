import { traitsOf } from '../../shared/error-codes.ts'
import type { StatusView } from '../../shared/model/status.ts'
import { AppFailure, toAppError } from '../../shared/result.ts'
import { cliWords } from '../../shared/text/command-line.ts'
import { readStatus } from '../status/read-status.ts'
import { resolvedFacts, type VerbContext } from './context.ts'
import type { Output } from './output.ts'
import { reach } from './reach.ts'

/** `hawser status`: health and status of the gateway as the app sees them. Returns the exit code. */
export async function runStatus(context: VerbContext): Promise<number> {
  const { output, target, signal, rooms } = context
  const way = await reach(context)
  try {
    if (way.error !== null) throw new AppFailure(way.error)
    if (way.session === null) throw new Error('a way without an error has a session')
    const status = await readStatus(target.gatewayId ?? '', way.session, () => rooms.clock.now())
    output.line({ status })
    printStatus(output, status)
    return 0
  } catch (thrown) {
    const error = toAppError(signal.aborted ? signal.reason : thrown)
    const { exit } = traitsOf(error.code)
    const engine = way.link?.engine ?? null
    output.result({ result: 'failed', exit, error, target: resolvedFacts(target, way.link), engine })
    return exit
  } finally {
    await way.close()
  }
}

function printStatus(output: Output, status: StatusView): void {
  const words = cliWords.status
  output.text(words.head(status.host, status.version))
  output.text(status.summary)
  if (status.uptimeMs !== null) output.text(words.up(duration(status.uptimeMs)))
  for (const { label, accounts } of status.channels) {
    for (const account of accounts) output.text(words.channel(label, account.error ?? account.state))
  }
  output.text(words.sessions(status.sessionCount))
  for (const { label } of status.presence) output.text(words.presence(label))
  for (const { part, reason } of status.missing) output.text(words.missing(part, reason))
}

/** A duration in the two largest units, such as `3 h 12 min`. */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes % 60} min`
  return minutes > 0 ? `${minutes} min` : `${Math.floor(ms / 1000)} s`
}
