import type { ErrorCode } from '../../shared/error-codes.ts'
import { failure, type AppFailure } from '../../shared/result.ts'
import { plainLine, type Peer } from './connect-errors.ts'

/** What the operating system calls it, and what we do. */
const networkCodes: Readonly<Record<string, ErrorCode>> = {
  ENOTFOUND: 'network.name-unknown',
  EAI_AGAIN: 'network.name-unknown',
  EAI_NODATA: 'network.name-unknown',
  ECONNREFUSED: 'network.refused',
  ENETUNREACH: 'network.unreachable',
  EHOSTUNREACH: 'network.unreachable',
  EHOSTDOWN: 'network.unreachable',
  ENETDOWN: 'network.unreachable',
  EADDRNOTAVAIL: 'network.unreachable',
  ETIMEDOUT: 'network.timeout',
  ECONNRESET: 'network.reset',
  EPIPE: 'network.reset',
  EACCES: 'network.not-permitted',
  EPERM: 'network.not-permitted',
}

/** Codes with which Node reports a certificate that the system does not trust. */
const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT/

/** The failure a TCP or TLS socket's error becomes. `tls`: it came while TLS was being set up. */
export function directFailure(error: Error, peer: Peer, tls: boolean): AppFailure {
  const code = codeOf(error)
  const facts = { host: peer.host, port: peer.port }
  const extras = { detail: plainLine(error.message), cause: error }
  if (tls) {
    if (code !== null && untrusted.test(code)) {
      return failure('tls.untrusted', { ...facts, reason: trustReason(code, error) }, extras)
    }
    // A plain gateway answers TLS with an HTTP 400 or hangs up at once, and both reach us as one of these.
    if (code === null || /^ERR_SSL|^EPROTO|^ECONNRESET/.test(code))
      return failure('tls.not-spoken', facts, extras)
  }
  return failure(
    (code === null ? undefined : networkCodes[code]) ?? 'network.reset',
    { ...facts, reason: code ?? undefined },
    extras,
  )
}

/** A name with several addresses fails with one error each; the first says enough. */
function codeOf(error: Error): string | null {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0])
  return (error as NodeJS.ErrnoException).code ?? null
}

function trustReason(code: string, error: Error): string {
  if (/SELF_SIGNED/.test(code)) return 'it is self-signed'
  if (/EXPIRED/.test(code)) return 'it has expired'
  if (/NOT_YET/.test(code)) return 'it is not valid yet'
  if (/ALTNAME|HOSTNAME/.test(code)) return 'it is for another name'
  return plainLine(error.message).slice(0, 120)
}
