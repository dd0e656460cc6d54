import type { StageName } from './stages.ts'

/**
 * `transient`: may heal by itself, so it is retried with a visible countdown.
 * `blocked`: needs a person (a yes, a secret, a change on the server); never retried by itself.
 */
type ErrorKind = 'transient' | 'blocked'

export interface ErrorTrait {
  /** Exit code of the command line (docs/cli.md). */
  readonly exit: number
  readonly kind: ErrorKind
  /** The stage of the link it belongs to; absent for errors outside a link. */
  readonly stage?: StageName
}

const transient = (exit: number, stage?: StageName): ErrorTrait => ({
  exit,
  kind: 'transient',
  ...(stage ? { stage } : {}),
})
const blocked = (exit: number, stage?: StageName): ErrorTrait => ({
  exit,
  kind: 'blocked',
  ...(stage ? { stage } : {}),
})

/** The closed list of error codes. Public: scripts match on them, so codes are added, never renamed. */
export const errorCodes = {
  'network.name-unknown': transient(10, 'network'),
  'network.refused': transient(10, 'network'),
  'network.unreachable': transient(10, 'network'),
  'network.timeout': transient(10, 'network'),
  'network.reset': transient(10, 'network'),
  'network.not-permitted': blocked(10, 'network'),

  'ssh.host-key-unknown': blocked(11, 'ssh'),
  'ssh.host-key-changed': blocked(12, 'ssh'),
  'ssh.host-key-revoked': blocked(12, 'ssh'),
  'ssh.sign-in-failed': blocked(13, 'ssh'),
  'ssh.passphrase-needed': blocked(13, 'ssh'),
  'ssh.passphrase-wrong': blocked(13, 'ssh'),
  'ssh.password-needed': blocked(13, 'ssh'),
  'ssh.code-needed': blocked(13, 'ssh'),
  'ssh.too-many-tries': blocked(13, 'ssh'),
  'ssh.key-unreadable': blocked(13, 'ssh'),
  'ssh.key-unsupported': blocked(13, 'ssh'),
  'ssh.no-common-algorithm': blocked(13, 'ssh'),
  'ssh.unsupported-config': blocked(13, 'ssh'),
  'ssh.not-an-ssh-server': blocked(10, 'ssh'),
  'ssh.reset-before-banner': transient(10, 'ssh'),
  'ssh.handshake-timeout': transient(10, 'ssh'),
  'ssh.lost': transient(10, 'ssh'),
  'ssh.not-responding': transient(10, 'ssh'),

  'forward.prohibited': blocked(14, 'forward'),
  'forward.nothing-listening': transient(14, 'forward'),
  'forward.unreachable': transient(14, 'forward'),
  'forward.timeout': transient(14, 'forward'),

  'tls.untrusted': blocked(20, 'gateway'),
  'tls.pin-mismatch': blocked(20, 'gateway'),
  'tls.not-spoken': blocked(20, 'gateway'),
  'tls.required': blocked(20, 'gateway'),

  'gateway.not-a-gateway': blocked(17, 'gateway'),
  'gateway.starting': transient(18, 'gateway'),
  'gateway.restarting': transient(18, 'gateway'),
  'gateway.draining': transient(18, 'gateway'),
  'gateway.timeout': transient(18, 'gateway'),
  'gateway.closed': transient(18, 'gateway'),
  'gateway.not-responding': transient(18, 'gateway'),
  'gateway.protocol-mismatch': blocked(17, 'gateway'),
  'gateway.handshake-rejected': blocked(17, 'gateway'),

  'auth.token-missing': blocked(15, 'auth'),
  'auth.token-wrong': blocked(15, 'auth'),
  'auth.password-missing': blocked(15, 'auth'),
  'auth.password-wrong': blocked(15, 'auth'),
  'auth.not-configured': blocked(15, 'auth'),
  'auth.rate-limited': blocked(15, 'auth'),
  'auth.device-refused': blocked(15, 'auth'),
  'auth.clock-skew': blocked(15, 'auth'),
  'auth.refused': blocked(15, 'auth'),
  'auth.redacted-token': blocked(15, 'auth'),

  'pairing.required': blocked(16, 'pairing'),
  'pairing.scope-upgrade': blocked(16, 'pairing'),
  'pairing.metadata-changed': blocked(16, 'pairing'),
  'pairing.role-upgrade': blocked(16, 'pairing'),
  'pairing.rejected': blocked(16, 'pairing'),

  'agent.failed': blocked(19),
  'agent.aborted': blocked(19),
  'agent.no-reply': blocked(19),

  'rpc.failed': blocked(1),
  'rpc.timeout': transient(18),
  'rpc.missing-scope': blocked(16),
  'rpc.unsupported': blocked(17),
  'rpc.too-large': blocked(2),

  'local.not-installed': blocked(21),
  'local.node-missing': blocked(21),
  'local.config-invalid': blocked(21),
  'local.port-taken': blocked(21),
  'local.crash-loop': blocked(21),
  'local.start-failed': blocked(21),
  'local.not-running': transient(21),

  'secrets.locked': blocked(15),
  'secrets.unavailable': blocked(15),

  'data.write-failed': blocked(1),
  'data.read-failed': blocked(1),
  'data.in-use': blocked(1),

  'link.down': transient(10),
  'outbox.uncertain': blocked(19),
  'prompt.gone': blocked(2),
  'input.invalid': blocked(2),
  'target.unknown': blocked(2),
  'gateway.unknown': blocked(2),
  usage: blocked(2),
  interrupted: blocked(130),
  internal: blocked(1),
} as const satisfies Record<string, ErrorTrait>

export type ErrorCode = keyof typeof errorCodes

/** Traits of a code, widened so that `stage` can be read on every code. */
export const traitsOf = (code: ErrorCode): ErrorTrait => errorCodes[code]

export const isErrorCode = (value: string): value is ErrorCode => Object.hasOwn(errorCodes, value)
