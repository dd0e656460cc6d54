import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { bridgeProtocol, bridgeSecretPrefix } from '../../shared/contract/bridge.ts'

/**
 * True if the request names us as we are known: an address of this computer and our port, once.
 * A page elsewhere whose name was rebound to 127.0.0.1 names itself here, and is refused.
 */
export function isOwnHost(headers: IncomingHttpHeaders, port: number): boolean {
  return headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`
}

/** True if a WebSocket was opened by our own page. Every browser says the origin; whoever does not is no page of ours. */
export function isOwnOrigin(headers: IncomingHttpHeaders, port: number): boolean {
  return headers.origin === `http://127.0.0.1:${port}` || headers.origin === `http://localhost:${port}`
}

/** The subprotocols a client offers, in order. */
export function offeredProtocols(headers: IncomingHttpHeaders): readonly string[] {
  const header = headers['sec-websocket-protocol']
  return header === undefined ? [] : header.split(',').map((name) => name.trim())
}

/** True if the client offers our protocol. */
export const speaksBridge = (offered: readonly string[]): boolean => offered.includes(bridgeProtocol)

/** True if exactly one secret is offered and it is ours. Takes the same time whatever is offered. */
export function hasSecret(offered: readonly string[], secret: string): boolean {
  const given = offered.filter((name) => name.startsWith(bridgeSecretPrefix))
  const one = given.length === 1 ? (given[0] ?? '') : ''
  return timingSafeEqual(digest(one), digest(bridgeSecretPrefix + secret))
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
