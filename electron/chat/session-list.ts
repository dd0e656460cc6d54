import type { SessionSummary } from '../../shared/model/chat.ts'
import { chatListText } from '../../shared/text/conversations.ts'
import type { GatewaySession } from '../gateway/session.ts'
import { asFields, asList, asNumber, asText, isFields, type Fields } from './fields.ts'
import { hasProof } from './history.ts'

const listLimit = 200

/** The conversations of a gateway, as it orders them (newest first). Rejects with an AppFailure. */
export async function readSessions(session: GatewaySession): Promise<readonly SessionSummary[]> {
  const modern = hasProof(session)
  const more = modern ? { includeDerivedTitles: true, includeLastMessage: true } : {}
  const answer = asFields(await session.request('sessions.list', { limit: listLimit, ...more }))
  return asList(answer['sessions']).flatMap((row) =>
    isFields(row) ? toSummary(row, session.facts.mainSessionKey) : [],
  )
}

/** Reads one row of `sessions.list`; rows without a key are none. */
export function toSummary(row: Fields, mainSessionKey: string): SessionSummary[] {
  const key = asText(row['key'])
  if (key === null) return []
  const isMain = row['isMain'] === true || key === mainSessionKey
  const preview = asText(row['lastMessagePreview']) ?? ''
  return [
    {
      key,
      title: titleOf(row, key, isMain),
      preview,
      updatedAt: asNumber(row['updatedAt']) ?? asNumber(row['lastActivityAt']),
      running: row['hasActiveRun'] === true,
      unread: row['unread'] === true,
      isMain,
      channel: asText(row['channel']) ?? asText(row['lastChannel']),
      agentId: asText(row['agentId']) ?? /^agent:([^:]+):/.exec(key)?.[1] ?? null,
      model: asText(row['model']),
      totalTokens: asNumber(row['totalTokens']),
      contextTokens: asNumber(row['contextTokens']),
    },
  ]
}

function titleOf(row: Fields, key: string, isMain: boolean): string {
  const named = asText(row['label']) ?? asText(row['displayName'])
  if (named !== null) return named
  if (isMain) return chatListText.main
  return asText(row['derivedTitle']) ?? asText(row['lastMessagePreview']) ?? key.replace(/^agent:[^:]+:/, '')
}
