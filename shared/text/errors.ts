import type { ErrorCode } from '../error-codes.ts'

/** The facts an error text may name. All are shown to people: never put a secret here. */
export interface ErrorFacts {
  readonly name?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly target?: string | undefined
  readonly file?: string | undefined
  readonly fingerprint?: string | undefined
  readonly expected?: string | undefined
  readonly keyType?: string | undefined
  readonly methods?: string | undefined
  readonly reason?: string | undefined
  readonly requestId?: string | undefined
  readonly scopes?: string | undefined
  readonly method?: string | undefined
  readonly version?: string | undefined
  readonly seconds?: number | undefined
  readonly owner?: string | undefined
  readonly command?: string | undefined
}

export interface ErrorText {
  readonly message: string
  readonly next: string
  readonly command?: string
}

type Writer = (facts: ErrorFacts) => ErrorText
const at = ({ host, port }: ErrorFacts): string =>
  host === undefined ? 'the server' : port === undefined ? host : `${host} port ${port}`
const who = ({ user, host }: ErrorFacts): string =>
  user === undefined ? (host ?? 'the server') : `${user}@${host ?? 'the server'}`
const because = ({ reason }: ErrorFacts): string => (reason === undefined ? '' : ` (${reason})`)
const say = (message: string, next: string, command?: string): ErrorText =>
  command === undefined ? { message, next } : { message, next, command }

/** Every error in plain words: what happened, why, and the one next step. */
const texts: Record<ErrorCode, Writer> = {
  'network.name-unknown': (f) =>
    say(
      `No computer called ${f.host ?? 'that'} could be found${because(f)}.`,
      'Check the spelling of the address, and that this computer is online.',
    ),
  'network.refused': (f) =>
    say(
      `${at(f)} refused the connection: nothing listens there.`,
      'Check the port, and that the SSH server (or the gateway, for an address) is running.',
    ),
  'network.unreachable': (f) =>
    say(
      `There is no way to ${at(f)} from this network${because(f)}.`,
      'Check that you are online, and on the VPN or tailnet if the server needs one.',
    ),
  'network.timeout': (f) =>
    say(
      `${at(f)} did not answer${f.seconds === undefined ? '' : ` within ${f.seconds} s`}.`,
      'Check that the server is switched on and that no firewall is in the way.',
    ),
  'network.reset': (f) =>
    say(
      `The connection to ${at(f)} was cut${because(f)}.`,
      'Hawser tries again by itself; if it stays, check the server.',
    ),
  'network.not-permitted': (f) =>
    say(
      `This computer does not let Hawser reach ${at(f)} on the local network.`,
      'Allow Hawser under Privacy & Security, Local Network, then try again.',
    ),

  'ssh.host-key-unknown': (f) =>
    say(
      `This is the first time Hawser meets ${at(f)}, so its identity must be confirmed. Its ${f.keyType ?? 'key'} fingerprint is ${f.fingerprint ?? 'unknown'}.`,
      'Compare the fingerprint with the one the server shows, then accept exactly that one.',
      'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    ),
  'ssh.host-key-changed': (f) =>
    say(
      `The identity of ${at(f)} has CHANGED: it shows ${f.fingerprint ?? 'another key'}, but ${f.expected ?? 'another key'} is on file${f.file === undefined ? '' : ` in ${f.file}`}. Someone may be in between, or the server was set up anew.`,
      'Do not connect until you know why. If the server was really set up anew, remove the old line and connect again.',
      f.command,
    ),
  'ssh.host-key-revoked': (f) =>
    say(
      `The key ${at(f)} shows is marked as revoked${f.file === undefined ? '' : ` in ${f.file}`}. It must not be trusted any more.`,
      'Ask whoever runs the server for its new key.',
    ),
  'ssh.sign-in-failed': (f) =>
    say(
      `${who(f)} did not accept the sign-in${f.methods === undefined ? '' : ` (tried: ${f.methods})`}.`,
      'Check the user name, and that this key or password belongs to that account. Hawser does not try again by itself, because servers lock out repeated tries.',
    ),
  'ssh.passphrase-needed': (f) =>
    say(
      `The key ${f.file ?? ''} is protected by a passphrase.`,
      'Enter the passphrase when asked, set HAWSER_SSH_PASSPHRASE, or add the key to your SSH agent.',
      f.file === undefined ? undefined : `ssh-add ${f.file}`,
    ),
  'ssh.passphrase-wrong': (f) =>
    say(`That passphrase does not open the key ${f.file ?? ''}.`, 'Try the passphrase again.'),
  'ssh.password-needed': (f) =>
    say(`${who(f)} asks for a password.`, 'Enter it when asked, or set HAWSER_SSH_PASSWORD.'),
  'ssh.code-needed': (f) =>
    say(`${who(f)} asks for a one-time code.`, 'Enter it when asked, or set HAWSER_SSH_OTP.'),
  'ssh.too-many-tries': (f) =>
    say(
      `${at(f)} ended the sign-in after too many keys were offered.`,
      'Choose the one key that belongs to this server in its settings.',
    ),
  'ssh.key-unreadable': (f) =>
    say(
      `The key file ${f.file ?? ''} cannot be read${because(f)}.`,
      'Check that the file exists and belongs to you.',
    ),
  'ssh.key-unsupported': (f) =>
    say(
      `The built-in engine cannot use the key ${f.file ?? ''}${because(f)}.`,
      'Convert it with ssh-keygen, or use another key.',
      f.file === undefined ? undefined : `ssh-keygen -p -f ${f.file}`,
    ),
  'ssh.no-common-algorithm': (f) =>
    say(
      `Hawser and ${at(f)} share no way to encrypt the connection${because(f)}.`,
      'The server is far older or newer than the built-in engine; update its SSH server or widen its algorithms.',
    ),
  'ssh.unsupported-config': (f) =>
    say(
      `Your SSH configuration for ${f.target ?? at(f)} needs ${f.reason ?? 'something the built-in engine lacks'}.`,
      'Use a target without it for now.',
    ),
  'ssh.not-an-ssh-server': (f) =>
    say(
      `${at(f)} answers, but not as an SSH server${because(f)}.`,
      'Check the port: SSH usually listens on 22.',
    ),
  'ssh.reset-before-banner': (f) =>
    say(
      `${at(f)} hung up before saying hello. It is either overloaded or keeps this computer out for a while after failed sign-ins.`,
      'Wait at least 30 seconds; Hawser tries again by itself.',
    ),
  'ssh.handshake-timeout': (f) =>
    say(
      `${at(f)} took the connection but did not finish the SSH handshake${f.seconds === undefined ? '' : ` within ${f.seconds} s`}.`,
      'Check that the server is not overloaded.',
    ),
  'ssh.lost': (f) =>
    say(`The SSH connection to ${at(f)} was lost${because(f)}.`, 'Hawser reconnects by itself.'),
  'ssh.not-responding': (f) => say(`${at(f)} stopped answering.`, 'Hawser reconnects by itself.'),

  'forward.prohibited': (f) =>
    say(
      `${f.name ?? 'The SSH server'} does not allow forwarding for this account (AllowTcpForwarding or PermitOpen).`,
      'Allow forwarding to the gateway in the server\u2019s sshd_config, then connect again.',
      'AllowTcpForwarding local',
    ),
  'forward.nothing-listening': (f) =>
    say(
      `SSH works, but nothing answers at ${at(f)} on the server: OpenClaw does not seem to run there.`,
      'Start the gateway on the server, or set the right remote port.',
      'openclaw gateway start',
    ),
  'forward.unreachable': (f) =>
    say(`The server could not reach ${at(f)}${because(f)}.`, 'Check the remote port of this gateway.'),
  'forward.timeout': (f) =>
    say(
      `The server did not open the way to ${at(f)} in time.`,
      'Hawser tries again by itself; if it stays, check the server.',
    ),

  'tls.untrusted': (f) =>
    say(
      `The certificate of ${at(f)} is not trusted by this computer${because(f)}.`,
      'If it is your own certificate, pin its SHA-256 fingerprint in the gateway\u2019s settings.',
      'openssl x509 -noout -fingerprint -sha256 -in gateway-cert.pem',
    ),
  'tls.pin-mismatch': (f) =>
    say(
      `${at(f)} shows the certificate ${f.fingerprint ?? 'of someone else'}, but ${f.expected ?? 'another one'} is pinned.`,
      'Do not connect until you know why. If the certificate was renewed on purpose, replace the pin.',
    ),
  'tls.not-spoken': (f) =>
    say(`${at(f)} does not speak TLS.`, 'Use ws:// for this address, or switch TLS on at the gateway.'),
  'tls.required': (f) =>
    say(
      `${f.host ?? 'This address'} is outside your own network, so a plain ws:// connection would show your token to everyone on the way.`,
      'Use wss://, or connect over SSH.',
    ),

  'gateway.not-a-gateway': (f) =>
    say(
      `Something answers at ${at(f)}, but it is not an OpenClaw gateway${because(f)}.`,
      'Check the port of the gateway.',
    ),
  'gateway.starting': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} is starting.`,
      'Wait a moment; Hawser connects as soon as it is up.',
    ),
  'gateway.restarting': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} is restarting.`,
      'Wait a moment; Hawser connects as soon as it is up.',
    ),
  'gateway.draining': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} is finishing its last work before it stops.`,
      'Wait; this can take a few minutes. Hawser connects again by itself.',
    ),
  'gateway.timeout': (f) =>
    say(
      `The gateway at ${at(f)} did not answer in time.`,
      'Hawser tries again by itself; if it stays, restart the gateway.',
      'openclaw gateway restart',
    ),
  'gateway.closed': (f) =>
    say(`The gateway closed the connection${because(f)}.`, 'Hawser reconnects by itself.'),
  'gateway.not-responding': (f) =>
    say(`The gateway on ${f.name ?? at(f)} stopped answering.`, 'Hawser reconnects by itself.'),
  'gateway.protocol-mismatch': (f) =>
    say(
      `The gateway${f.version === undefined ? '' : ` (${f.version})`} speaks a protocol this version of Hawser does not know${because(f)}.`,
      'Update whichever of the two is older.',
      'openclaw update',
    ),
  'gateway.handshake-rejected': (f) =>
    say(
      `The gateway refused the handshake${because(f)}.`,
      'Update the gateway; if it is current, report this with the details.',
    ),

  'auth.token-missing': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} asks for its token.`,
      'Paste the gateway token, or set HAWSER_TOKEN. On the server it is shown by the command below.',
      'openclaw gateway auth-token --show',
    ),
  'auth.token-wrong': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} does not accept this token.`,
      'Paste the current token. On the server it is shown by the command below.',
      'openclaw gateway auth-token --show',
    ),
  'auth.password-missing': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} asks for its password.`,
      'Enter the gateway password, or set HAWSER_PASSWORD.',
    ),
  'auth.password-wrong': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} does not accept this password.`,
      'Enter the current gateway password.',
    ),
  'auth.not-configured': (f) =>
    say(
      `The gateway on ${f.name ?? at(f)} has no token or password set up, so nobody can sign in.`,
      'Set one on the server, then connect again.',
      'openclaw doctor --fix',
    ),
  'auth.rate-limited': (f) =>
    say(
      `The gateway refuses all sign-ins from here for a while, after too many wrong ones${f.seconds === undefined ? '' : ` (about ${f.seconds} s)`}.`,
      'Wait, then try once with the right token.',
    ),
  'auth.device-refused': (f) =>
    say(
      `The gateway no longer accepts this device${because(f)}.`,
      'Connect again with the gateway token to pair anew.',
    ),
  'auth.clock-skew': () =>
    say(
      'The clocks of this computer and the gateway are too far apart for the sign-in.',
      'Set the clock of both computers (automatic time), then try again.',
    ),
  'auth.refused': (f) =>
    say(
      `The gateway refused the sign-in${because(f)}.`,
      'Check the gateway\u2019s auth settings.',
      'openclaw gateway status',
    ),
  'auth.redacted-token': () =>
    say(
      'This is not the token but the placeholder that OpenClaw prints instead of it.',
      'Copy the real token with the command below, on the server.',
      'openclaw gateway auth-token --show',
    ),

  'pairing.required': (f) =>
    say(
      `The gateway knows the token but not yet this device, and wants someone to approve it${f.requestId === undefined ? '' : ` (request ${f.requestId})`}.`,
      'Approve it on the gateway\u2019s computer with the command below, then try again.',
      `openclaw devices approve ${f.requestId ?? '<request>'}`,
    ),
  'pairing.scope-upgrade': (f) =>
    say(
      `This device asks for more rights than were approved${f.scopes === undefined ? '' : ` (${f.scopes})`}.`,
      'Approve the new rights on the gateway\u2019s computer, then try again.',
      `openclaw devices approve ${f.requestId ?? '<request>'}`,
    ),
  'pairing.metadata-changed': (f) =>
    say(
      'The gateway sees this device as changed and wants it approved again.',
      'Approve it on the gateway\u2019s computer, then try again.',
      `openclaw devices approve ${f.requestId ?? '<request>'}`,
    ),
  'pairing.role-upgrade': (f) =>
    say(
      'This device was removed or its rights were revoked; the gateway wants it approved again.',
      'Approve it on the gateway\u2019s computer, then try again.',
      `openclaw devices approve ${f.requestId ?? '<request>'}`,
    ),
  'pairing.rejected': () =>
    say(
      'The pairing request was rejected on the gateway\u2019s computer.',
      'Ask whoever runs the gateway; try again to send a new request.',
    ),

  'agent.failed': (f) =>
    say(
      `The agent could not answer${because(f)}.`,
      'Try again; if it stays, check the model settings of the gateway.',
    ),
  'agent.aborted': () =>
    say(
      'The answer was stopped before it was complete.',
      'Send the message again if you still want the answer.',
    ),
  'agent.no-reply': () =>
    say(
      'The run ended without an answer.',
      'Send the message again; if it stays, check the gateway\u2019s log.',
    ),

  'rpc.failed': (f) =>
    say(
      `The gateway could not do this${because(f)}.`,
      'Try again; if it stays, check the gateway\u2019s log.',
    ),
  'rpc.timeout': (f) => say(`The gateway did not answer ${f.method ?? 'the request'} in time.`, 'Try again.'),
  'rpc.missing-scope': (f) =>
    say(
      `This device may not do this: it needs the right ${f.scopes ?? 'operator.admin'}.`,
      'Allow it when asked, or approve it on the gateway\u2019s computer.',
    ),
  'rpc.unsupported': (f) =>
    say(`This gateway does not know ${f.method ?? 'this'} yet.`, 'Update the gateway.', 'openclaw update'),
  'rpc.too-large': () =>
    say('This message is larger than the gateway accepts.', 'Shorten it, or send it in parts.'),

  'local.not-installed': (f) =>
    say(
      `OpenClaw was not found on this computer${because(f)}.`,
      'Install it, or set the path to the openclaw command in Settings.',
      'npm install -g openclaw',
    ),
  'local.node-missing': (f) =>
    say(
      `No Node.js that can run OpenClaw was found${because(f)}.`,
      'Install Node.js 24 or newer, or set its path in Settings.',
    ),
  'local.config-invalid': (f) =>
    say(
      `The gateway refuses to start because its configuration is not valid${because(f)}.`,
      'Let OpenClaw repair it with the command below, then start again.',
      'openclaw doctor --fix',
    ),
  'local.port-taken': (f) =>
    say(
      `Port ${f.port ?? ''} on this computer is in use${f.owner === undefined ? '' : ` by ${f.owner}`}.`,
      'Stop that program, or give the gateway another port.',
    ),
  'local.crash-loop': (f) =>
    say(
      `The gateway stopped again and again right after its start${because(f)}.`,
      'Look at the end of its log below, then start it again.',
    ),
  'local.start-failed': (f) =>
    say(`The gateway did not start${because(f)}.`, 'Look at the end of its log below.', 'openclaw doctor'),
  'local.not-running': () =>
    say(
      'No gateway is running on this computer.',
      'Start it here, or from a terminal.',
      'openclaw gateway start',
    ),

  'secrets.locked': () => say('The keychain of this computer is locked.', 'Unlock it, then try again.'),
  'secrets.unavailable': (f) =>
    say(
      `This computer offers no keychain that Hawser can use${because(f)}.`,
      'Secrets are kept for this run only; you will be asked again after a restart.',
    ),

  'data.write-failed': (f) =>
    say(
      `Hawser could not save ${f.file ?? 'its data'}${because(f)}.`,
      'Check that the disk has room and that the data folder belongs to you; nothing was changed.',
    ),
  'data.read-failed': (f) =>
    say(
      `Hawser could not read ${f.file ?? 'its data'}${because(f)}.`,
      'Check that the file and the data folder belong to you.',
    ),
  'data.in-use': (f) =>
    say(
      `Hawser already runs with this data folder${f.owner === undefined ? '' : ` (${f.owner})`} but does not answer.`,
      'Wait a moment; if it stays, end that process, or use another --data-dir.',
    ),

  'link.down': (f) =>
    say(`${f.name ?? 'The gateway'} is not connected.`, 'Connect first; a typed message waits until then.'),
  'outbox.uncertain': () =>
    say(
      'This message may have arrived: the link broke before the gateway confirmed it, and this gateway keeps no proof.',
      'Look at the conversation, then send it again or drop it.',
    ),
  'prompt.gone': () =>
    say('This question is no longer open; it was answered or withdrawn elsewhere.', 'Nothing is left to do.'),
  'input.invalid': (f) => say(`That input is not valid${because(f)}.`, 'Correct it and try again.'),
  'target.unknown': (f) =>
    say(
      `${f.target ?? 'That'} is neither a saved gateway nor an address${because(f)}.`,
      'Use a saved name, user@host[:port], an alias of ~/.ssh/config, ws(s)://… or local.',
    ),
  'gateway.unknown': () => say('That gateway is not saved here (any more).', 'Choose another one.'),
  usage: (f) => say(f.reason ?? 'The command line is not understood.', 'See: hawser --help'),
  interrupted: () => say('Interrupted.', 'Run it again when you are ready.'),
  internal: () =>
    say(
      'Something went wrong inside Hawser.',
      'Try again; if it stays, report it with the log from the data folder.',
    ),
}

/** Words for an error code. */
export function errorText(code: ErrorCode, facts: ErrorFacts): ErrorText {
  return texts[code](facts)
}
