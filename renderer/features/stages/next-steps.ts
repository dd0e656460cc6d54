import type { ErrorCode } from '../../../shared/error-codes.ts'
import type { ConnectionView } from '../../../shared/model/connection.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'

/** One thing a person can do about a link. The first of a list is the one next step. */
export type NextStep =
  | 'try-now'
  | 'try-again'
  | 'edit'
  | 'enter-token'
  | 'enter-password'
  | 'start-local'
  | 'local-paths'

/** Errors that a look at the gateway's settings can mend. */
const mendedInSettings: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'network.name-unknown',
  'network.refused',
  'network.unreachable',
  'network.timeout',
  'ssh.sign-in-failed',
  'ssh.too-many-tries',
  'ssh.key-unreadable',
  'ssh.key-unsupported',
  'ssh.no-common-algorithm',
  'ssh.unsupported-config',
  'ssh.not-an-ssh-server',
  'forward.nothing-listening',
  'forward.unreachable',
  'tls.untrusted',
  'tls.pin-mismatch',
  'tls.not-spoken',
  'tls.required',
  'gateway.not-a-gateway',
  'target.unknown',
  'input.invalid',
])

const token: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'auth.token-missing',
  'auth.token-wrong',
  'auth.redacted-token',
])
const password: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['auth.password-missing', 'auth.password-wrong'])
const localDown: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'local.not-running',
  'local.crash-loop',
  'local.start-failed',
  'network.refused',
])
const localPaths: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['local.not-installed', 'local.node-missing'])

/** What can be done about a link that waits or is blocked; empty for one that is on its way, ready or not wanted. */
export function nextSteps(gateway: SavedGateway, connection: ConnectionView): readonly NextStep[] {
  const { phase, error } = connection
  if (phase !== 'waiting' && phase !== 'blocked') return []
  const again: NextStep = phase === 'waiting' ? 'try-now' : 'try-again'
  if (error === null) return [again]
  const { code } = error
  if (token.has(code)) return ['enter-token', again]
  if (password.has(code)) return ['enter-password', again]
  if (localPaths.has(code)) return ['local-paths', again]
  if (gateway.place.kind === 'local' && localDown.has(code)) return ['start-local', again]
  if (!mendedInSettings.has(code) || gateway.demo) return [again]
  return phase === 'waiting' ? [again, 'edit'] : ['edit', again]
}
