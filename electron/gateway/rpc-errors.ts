import { failure, type AppFailure } from '../../shared/result.ts'
import { plainLine } from './connect-errors.ts'
import type { GatewayError } from './frames.ts'
import { adminScope } from './scopes.ts'

/**
 * The failure an answered request becomes. `known`: hello-ok lists the method. A gateway tells a client without
 * operator.admin that an unknown method lacks that right; it would be wrong to ask a person for it.
 */
export function rpcFailure(method: string, error: GatewayError, known: boolean): AppFailure {
  const message = plainLine(error.message)
  const extras = {
    detail: plainLine(
      [method, error.code, error.details['code'] ?? error.details['reason'], message]
        .filter(Boolean)
        .join(' · '),
    ),
    ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
  }
  const scope = missingScope(error)
  if (scope === adminScope && !known) return failure('rpc.unsupported', { method }, extras)
  if (scope !== null) return failure('rpc.missing-scope', { method, scopes: scope }, extras)
  if (/^unknown method/i.test(message)) return failure('rpc.unsupported', { method }, extras)
  return failure('rpc.failed', { method, reason: message || error.code }, extras)
}

/** Protocol 4 names it in the details, protocol 3 in the message only. */
function missingScope(error: GatewayError): string | null {
  const named = error.details['missingScope']
  if (typeof named === 'string') return plainLine(named)
  return /^missing scope: (\S+)/i.exec(error.message)?.[1] ?? null
}
