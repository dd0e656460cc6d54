import type { GatewaySession } from '../gateway/session.ts'
import { asFields, asText } from './fields.ts'

/**
 * The key under which a gateway keeps a conversation; null asks for the main one. Only this form is ever sent: under
 * the alias `main`, old gateways keep the history in one place and the run in another (measured).
 */
export function canonicalKey(session: GatewaySession, sessionKey: string | null): string {
  const { mainSessionKey } = session.facts
  if (sessionKey === null || sessionKey === 'main') return mainSessionKey
  const defaults = asFields(asFields(session.hello['snapshot'])['sessionDefaults'])
  return sessionKey === asText(defaults['mainKey']) ? mainSessionKey : sessionKey
}

/** Names the gateway's process; null on gateways that do not say. */
export const processOf = (session: GatewaySession): string | null =>
  asText(asFields(session.hello['server'])['bootId'])
