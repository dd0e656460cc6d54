import type { GatewaySession } from '../gateway/session.ts'
import type { Clock } from '../platform/clock.ts'
import { hasProof, readHistory, type HistoryPage } from './history.ts'

/**
 * What a gateway knows of a message: `row` it stands in the transcript · `queued`, `interrupted`, `cancelled` as a
 * pending input · `active` its own run is going on · `absent` nothing at all · `unknown` nothing, but the history
 * cannot prove that it never was there.
 */
export type Verdict = 'row' | 'queued' | 'interrupted' | 'cancelled' | 'active' | 'absent' | 'unknown'

export interface Asked {
  readonly key: string
  /** Epoch ms of our clock when it was first sent. */
  readonly attemptedAt: number
  /** The transcript it was sent into, where known. */
  readonly sessionId: string | null
}

const pageSize = 200
const maxPages = 100
/** A row this much older than the first try cannot be its own, even with clocks that drift. */
const searchSlackMs = 600_000
const resetSlackMs = 5_000

/**
 * Looks messages up in the transcript (back to before they were sent) and among the pending inputs.
 * Rejects with an AppFailure where the gateway does not answer.
 */
export async function lookUp(
  session: GatewaySession,
  sessionKey: string,
  asked: readonly Asked[],
  clock: Clock,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>()
  const open = new Map(asked.map((each) => [each.key, each]))
  const oldest = Math.min(...asked.map((each) => each.attemptedAt))
  let first: HistoryPage | null = null
  let resetAt: number | null = null
  let complete = false
  let offset = 0

  for (let pages = 0; pages < maxPages && open.size > 0 && !complete; pages += 1) {
    const page = await readHistory(session, { sessionKey, limit: pageSize, offset, maxChars: 40, signal })
    first ??= page
    for (const { row, isReset } of page.rows) {
      if (row.messageKey !== null && open.delete(row.messageKey)) verdicts.set(row.messageKey, 'row')
      if (isReset) resetAt = Math.max(resetAt ?? 0, row.at ?? Number.MAX_SAFE_INTEGER)
    }
    const searchedTo = page.rows[0]?.row.at ?? null
    const skew = first.gatewayNow === null ? null : first.gatewayNow - clock.now()
    const far = skew !== null && searchedTo !== null && searchedTo < oldest + skew - searchSlackMs
    complete = far || !page.hasMore
    const next = page.nextOffset ?? offset + page.rows.length
    if (next <= offset) complete = true
    offset = next
  }

  for (const each of open.values()) {
    verdicts.set(
      each.key,
      first === null ? 'unknown' : verdictWithoutRow(each, first, resetAt, complete, clock),
    )
  }
  return hasProof(session) ? verdicts : withoutProof(verdicts)
}

function verdictWithoutRow(
  asked: Asked,
  page: HistoryPage,
  resetAt: number | null,
  complete: boolean,
  clock: Clock,
): Verdict {
  const pending = page.pending.find((input) => input.key === asked.key)
  if (pending !== undefined) return pending.state
  if (page.inFlight?.runId === asked.key || page.activeRunIds?.includes(asked.key) === true) return 'active'
  if (!page.pendingComplete) return 'queued'
  if (!complete) return 'unknown'
  // A conversation that was begun anew has lost the rows that could have proved it.
  if (asked.sessionId !== null && page.sessionId !== asked.sessionId) return 'unknown'
  const skew = page.gatewayNow === null ? 0 : page.gatewayNow - clock.now()
  if (resetAt !== null && resetAt >= asked.attemptedAt + skew - resetSlackMs) return 'unknown'
  return 'absent'
}

/** Where rows carry no keys, not to find one says nothing. */
const withoutProof = (verdicts: ReadonlyMap<string, Verdict>): ReadonlyMap<string, Verdict> =>
  new Map([...verdicts].map(([key, verdict]) => [key, verdict === 'absent' ? 'unknown' : verdict]))
