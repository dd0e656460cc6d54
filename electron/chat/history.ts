import type { GatewaySession } from '../gateway/session.ts'
import { asFields, asList, asNumber, asText, asTexts } from './fields.ts'
import { readRows, type PlacedRow } from './transcript.ts'

/** A message the gateway took and has not put into the transcript yet. */
interface PendingInput {
  /** The idempotency key it was sent under. */
  readonly key: string
  /**
   * `queued` will be delivered by the gateway · `interrupted` the gateway was killed with it: it is never delivered
   * unless it is sent again under the same key (measured) · `cancelled` a stop took it out.
   */
  readonly state: 'queued' | 'interrupted' | 'cancelled'
}

export interface HistoryPage {
  readonly rows: readonly PlacedRow[]
  readonly hasMore: boolean
  readonly nextOffset: number | null
  readonly pending: readonly PendingInput[]
  /** False when the gateway holds more pending inputs than it named. */
  readonly pendingComplete: boolean
  readonly inFlight: { readonly runId: string; readonly text: string } | null
  /** Null: the gateway does not say which runs are active. */
  readonly activeRunIds: readonly string[] | null
  readonly hasActiveRun: boolean | null
  readonly sessionId: string | null
  /** The gateway's clock at the time of the answer, epoch ms. */
  readonly gatewayNow: number | null
}

export interface HistoryQuery {
  readonly sessionKey: string
  readonly limit: number
  /** Rows to skip, counted from the newest. */
  readonly offset?: number
  /** Longest text of a row; longer ones come cut. */
  readonly maxChars?: number
  readonly signal?: AbortSignal
}

/** True where user rows carry the key they were sent under, so that delivery can be proved. */
export const hasProof = (session: GatewaySession): boolean => session.facts.protocol >= 4

/** One page of a conversation, newest rows last. Rejects with an AppFailure. */
export async function readHistory(session: GatewaySession, query: HistoryQuery): Promise<HistoryPage> {
  const { sessionKey, limit, offset, maxChars, signal } = query
  // Protocol 3 refuses parameters it does not know.
  const modern = hasProof(session)
  const params = {
    sessionKey,
    limit,
    ...(modern && offset !== undefined ? { offset } : {}),
    ...(modern && maxChars !== undefined ? { maxChars } : {}),
  }
  return readPage(await session.request('chat.history', params, signal === undefined ? {} : { signal }))
}

/** Reads an answer of `chat.history`. */
export function readPage(answer: unknown): HistoryPage {
  const page = asFields(answer)
  const pending = asFields(page['pendingInputs'])
  const items = asList(pending['items'])
  const info = asFields(page['sessionInfo'])
  const flight = asFields(page['inFlightRun'])
  const flightId = asText(flight['runId'])
  return {
    rows: readRows(page['messages']),
    hasMore: page['hasMore'] === true,
    nextOffset: asNumber(page['nextOffset']),
    pending: items.flatMap((item) => readPending(item)),
    pendingComplete: (asNumber(pending['total']) ?? items.length) <= items.length,
    inFlight: flightId === null ? null : { runId: flightId, text: asText(flight['text']) ?? '' },
    activeRunIds: asTexts(info['activeRunIds']),
    hasActiveRun: typeof info['hasActiveRun'] === 'boolean' ? info['hasActiveRun'] : null,
    sessionId: asText(page['sessionId']),
    gatewayNow: asNumber(info['snapshotAt']),
  }
}

function readPending(value: unknown): PendingInput[] {
  const item = asFields(value)
  const message = asFields(item['message'])
  const key =
    asText(item['runId']) ??
    asText(message['idempotencyKey'])?.replace(/:user$/, '') ??
    asText(asFields(message['__openclaw'])['idempotencyKey'])?.replace(/:user$/, '')
  if (key === undefined) return []
  const state = item['state']
  return [{ key, state: state === 'interrupted' || state === 'cancelled' ? state : 'queued' }]
}
