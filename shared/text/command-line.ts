/** Words of the command line. */
export const cliWords = {
  stages: {
    network: 'Network',
    ssh: 'SSH',
    forward: 'Forward',
    gateway: 'Gateway',
    auth: 'Auth',
    pairing: 'Pairing',
    ready: 'Ready',
  },
  usage: {
    noVerb: 'Which verb? serve, connect, chat, doctor, status or demo.',
    unknownVerb: (word: string) => `There is no verb "${word}".`,
    foreignFlag: (flag: string, verb: string) => `${flag} does not go with ${verb}.`,
    badValue: (flag: string, wanted: string) => `${flag} needs ${wanted}.`,
    wordCount: (verb: string, count: number) =>
      count === 0
        ? `${verb} takes no target.`
        : `${verb} takes ${count === 1 ? 'one target' : 'a target and a message'}.`,
    emptyMessage: 'The message is empty.',
    noDefault: 'No gateway is saved yet, so name a target.',
  },
  notAGatewayUrl: 'a gateway address begins with ws:// or wss://',
  connected: (name: string, version: string) => `Connected to ${name} (OpenClaw ${version}). Ctrl-C ends it.`,
  localPort: (port: number) => `Other tools reach the gateway at 127.0.0.1:${port}.`,
  localPortTaken: (port: number, owner: string) =>
    `(port ${port} instead: the usual one is in use by ${owner})`,
  phase: {
    idle: 'disconnected',
    connecting: 'connecting',
    waiting: 'waiting',
    blocked: 'stopped',
    ready: 'ready',
  },
  waiting: (seconds: number) => `Trying again in ${seconds} s.`,
  stages_all_ok: 'Everything works.',
  prompts: {
    hostKey: (host: string, port: number, keyType: string, fingerprint: string, compare: string) =>
      `First contact with ${host} port ${port}. Its ${keyType} fingerprint is\n  ${fingerprint}\nOn the server, this prints the same:\n  ${compare}\nType yes to trust exactly this key: `,
    passphrase: (file: string, again: boolean) =>
      `${again ? 'That was not it. ' : ''}Passphrase of ${file}: `,
    password: (user: string, host: string, again: boolean) =>
      `${again ? 'That was not it. ' : ''}Password of ${user}@${host}: `,
    secret: (kind: string, host: string, again: boolean) =>
      `${again ? 'Not accepted. ' : ''}Gateway ${kind} of ${host}: `,
    pairing: (reason: string, command: string) =>
      `${reason}\nOn the gateway's computer run:\n  ${command}\nThen press Enter to try again: `,
  },
  status: {
    head: (host: string, version: string | null) =>
      `${host}${version === null ? '' : ` · OpenClaw ${version}`}`,
    up: (text: string) => `up ${text}`,
    channel: (label: string, state: string) => `channel ${label}: ${state}`,
    presence: (label: string) => `present: ${label}`,
    sessions: (count: number) => `${count} conversation${count === 1 ? '' : 's'}`,
    missing: (part: string, reason: string) => `${part}: not answered (${reason})`,
  },
  help: `hawser: reach your OpenClaw gateway from this computer

  hawser serve   [--port N] [--no-open]              the app in a browser tab; prints its URL
  hawser connect TARGET                              connect, stay in the foreground, report every stage
  hawser chat    TARGET MESSAGE [--session KEY]      one turn; the reply streams to stdout
  hawser doctor  TARGET                              staged check, with the one next step
  hawser status  [TARGET]                            health and status of the gateway
  hawser demo    [--port N] [--no-open]              try it all offline; everything is removed at exit

TARGET: a saved gateway's name · user@host[:port] · user@[v6]:port · an alias of ~/.ssh/config · ws(s)://… · local

  --json                     one JSON object a line on stdout, nothing else
  --data-dir DIR             settings, identity, logs
  --remote-port N            the gateway's port on the server (18789)
  --local-port N|off         a loopback port for your other tools
  --identity FILE            only this SSH key
  --ssh-config FILE          instead of ~/.ssh/config
  --known-hosts FILE         instead of all known_hosts files
  --accept-host-key SHA256:… exactly this host key, for this run, never over a changed one
  --engine auto|builtin|openssh
  --tls-fingerprint SHA256   exactly this certificate (wss)
  --timeout SECONDS          the way to ready (30)
  --no-input                 never ask
  --version, --help

Secrets: the keychain, a prompt on the terminal, or HAWSER_TOKEN, HAWSER_PASSWORD, HAWSER_SSH_PASSWORD,
HAWSER_SSH_PASSPHRASE, HAWSER_SSH_OTP. Exit codes: docs/cli.md.
`,
} as const
