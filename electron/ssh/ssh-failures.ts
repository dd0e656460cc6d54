import { failure, AppFailure } from '../../shared/result.ts'

/** Where a link leads, as far as an error text names it. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly user: string
}

/** How long to stay away from a server that hung up before its greeting: it may be a penalty that grows. */
const penaltyMs = 30_000

/** The failure of a TCP connection that could not be made, or broke, by its errno. */
export function networkFailure(error: unknown, place: Place, platform: NodeJS.Platform): AppFailure {
  const code = errnoOf(error)
  const facts = { host: place.host, port: place.port }
  const extras = { detail: code, cause: error }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_NONAME':
    case 'EAI_NODATA':
      return failure('network.name-unknown', facts, extras)
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return failure('network.name-unknown', { ...facts, reason: 'the name server does not answer' }, extras)
    case 'ECONNREFUSED':
      return failure('network.refused', facts, extras)
    case 'ETIMEDOUT':
      return failure('network.timeout', facts, extras)
    case 'ECONNRESET':
    case 'EPIPE':
      // TCP stood for a moment: the server hung up before we could look.
      return failure('ssh.reset-before-banner', facts, { ...extras, retryAfterMs: penaltyMs })
    case 'EACCES':
    case 'EPERM':
      return failure('network.not-permitted', facts, extras)
    case 'EHOSTUNREACH':
      // macOS answers so for every address of the local network while its privacy switch is off.
      return failure(
        'network.unreachable',
        platform === 'darwin'
          ? { ...facts, reason: 'or macOS does not let Hawser use the local network' }
          : facts,
        extras,
      )
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
      return failure('network.unreachable', facts, extras)
    default:
      return failure('network.reset', { ...facts, reason: code }, extras)
  }
}

/** What ssh2 said when a connection ended before it was signed in. */
export interface EarlyEnd {
  readonly phase: 'greeting' | 'key-exchange' | 'sign-in'
  /** The first error ssh2 reported, if any. */
  readonly error: (Error & { readonly level?: string; readonly code?: unknown }) | null
  /** The first bytes of the server, as text. */
  readonly firstBytes: string
  /** Credentials the server turned down on this connection. */
  readonly refused: number
}

/** The failure of an SSH connection that ended before it was signed in (sign-in itself apart). */
export function earlyEndFailure(end: EarlyEnd, place: Place): AppFailure {
  const facts = { host: place.host, port: place.port }
  const said = end.error?.message ?? 'connection closed'
  const extras = { detail: said, cause: end.error ?? undefined }
  if (/too many authentication failures/i.test(said)) return failure('ssh.too-many-tries', facts, extras)
  if (/no matching|unsupported (kex|algorithm)/i.test(said)) {
    return failure('ssh.no-common-algorithm', { ...facts, reason: algorithmKind(said) }, extras)
  }
  switch (end.phase) {
    case 'greeting': {
      // sshd says these before its greeting when it has no place, or no patience, for this address.
      const turnedAway = /^(Exceeded MaxStartups|Not allowed at this time)/.test(end.firstBytes)
      if (end.firstBytes === '' || turnedAway) {
        return failure('ssh.reset-before-banner', facts, { ...extras, retryAfterMs: penaltyMs })
      }
      return failure('ssh.not-an-ssh-server', { ...facts, reason: firstLine(end.firstBytes) }, extras)
    }
    case 'key-exchange':
      return failure('ssh.lost', { ...facts, reason: `during the key exchange: ${said}` }, extras)
    case 'sign-in':
      // A server that hangs up on a wrong key must not be tried again and again.
      return end.refused > 0
        ? failure('ssh.sign-in-failed', { ...facts, user: place.user }, extras)
        : failure('ssh.lost', { ...facts, reason: `during the sign-in: ${said}` }, extras)
  }
}

/** The failure of a channel that was not opened. `name`: the SSH server. */
export function channelFailure(
  error: Error & { readonly reason?: unknown },
  target: { readonly host: string; readonly port: number },
  place: Place,
): AppFailure {
  const facts = { host: target.host, port: target.port }
  const said = error.message.replace(/^\(SSH\) Channel open failure: /, '')
  const extras = { detail: said, cause: error }
  switch (error.reason) {
    case 1: // administratively prohibited
    case 3: // unknown channel type: a server that knows no forwarding at all
      return failure('forward.prohibited', { ...facts, name: place.host }, extras)
    case 2:
      return /refused/i.test(said)
        ? failure('forward.nothing-listening', facts, extras)
        : failure('forward.unreachable', { ...facts, reason: said }, extras)
    case 4:
      return failure('forward.unreachable', { ...facts, reason: said }, extras)
    default:
      return failure('ssh.lost', { host: place.host, port: place.port, reason: said }, extras)
  }
}

/** Why a wait was given up: the signal's own failure, or `interrupted`. */
export function abortFailure(signal: AbortSignal): AppFailure {
  return signal.reason instanceof AppFailure ? signal.reason : failure('interrupted')
}

function errnoOf(error: unknown): string {
  // Happy eyeballs collects one error per address: the last is that of the address tried longest.
  if (error instanceof AggregateError && error.errors.length > 0) return errnoOf(error.errors.at(-1))
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function algorithmKind(said: string): string {
  if (/key exchange/i.test(said)) return 'no common key exchange'
  if (/host key/i.test(said)) return 'no common host key type'
  if (/cipher/i.test(said)) return 'no common cipher'
  return said
}

const firstLine = (text: string): string =>
  `it says "${(text.split(/[\r\n]/, 1)[0] ?? '').replace(/[^\x20-\x7e]/g, '.').slice(0, 60)}"`
