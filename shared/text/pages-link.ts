import type { StageName, StageState } from '../stages.ts'

const stageNameWords: Record<StageName, string> = {
  network: 'Network',
  ssh: 'SSH',
  forward: 'Forward',
  gateway: 'Gateway',
  auth: 'Sign-in',
  pairing: 'Pairing',
  ready: 'Ready',
}

const stageStateWords: Record<StageState, string> = {
  pending: 'not yet',
  running: 'working on it',
  ok: 'done',
  failed: 'failed',
  blocked: 'needs you',
  skipped: 'not needed',
}

/** What is being done while a stage runs. */
const doing: Record<StageName, string> = {
  network: 'looking for the server',
  ssh: 'signing in to the server',
  forward: 'opening the way to the gateway',
  gateway: 'waiting for the gateway',
  auth: 'signing in at the gateway',
  pairing: 'waiting for approval',
  ready: 'almost there',
}

/** What a transient failure of a stage means: what is being waited for. */
const waitingFor: Record<StageName, string> = {
  network: 'waiting for the network',
  ssh: 'waiting for the server',
  forward: 'waiting for the gateway to run',
  gateway: 'waiting for the gateway',
  auth: 'waiting for the gateway',
  pairing: 'waiting for approval',
  ready: 'waiting for the gateway',
}

/** What a stage that needs a person asks of them. */
const stopped: Record<StageName, string> = {
  network: 'cannot be reached',
  ssh: 'sign-in to the server failed',
  forward: 'the server allows no forwarding',
  gateway: 'the gateway cannot be used',
  auth: 'sign-in at the gateway failed',
  pairing: 'needs approval on the gateway',
  ready: 'needs you',
}

/** The link of a gateway: its one-line truth, its stages and the way on. */
export const linkText = {
  stage: stageNameWords,
  stageState: stageStateWords,
  idle: 'not connected',
  unknown: 'not known',
  connecting: 'connecting',
  doing,
  answer: 'waiting for your answer',
  ready: 'ready',
  readyMs: (ms: number) => `ready · ${ms} ms`,
  working: (runs: number) => (runs === 1 ? 'agent is working' : `agent is working (${runs} runs)`),
  waitingFor,
  waitingCode: {
    'gateway.starting': 'the gateway is starting',
    'gateway.restarting': 'the gateway is restarting',
    'gateway.draining': 'the gateway is finishing its work',
    'gateway.not-responding': 'the gateway stopped answering',
    'ssh.not-responding': 'the server stopped answering',
    'local.not-running': 'no gateway runs on this computer',
  } as Readonly<Record<string, string>>,
  tryingIn: (seconds: number) => `trying again in ${seconds} s`,
  tryingNow: 'trying again now',
  stopped,
  stoppedCode: {
    'ssh.host-key-unknown': 'the server’s identity must be confirmed',
    'ssh.host-key-changed': 'the server’s identity changed',
    'ssh.host-key-revoked': 'the server’s key was revoked',
    'ssh.passphrase-needed': 'the key needs its passphrase',
    'ssh.passphrase-wrong': 'the passphrase was wrong',
    'ssh.password-needed': 'the server asks for a password',
    'ssh.code-needed': 'the server asks for a code',
    'tls.pin-mismatch': 'the server’s certificate changed',
    'tls.untrusted': 'the certificate is not trusted',
    'auth.token-missing': 'the gateway asks for its token',
    'auth.token-wrong': 'the token is wrong',
    'auth.password-missing': 'the gateway asks for its password',
    'auth.password-wrong': 'the password is wrong',
    'auth.rate-limited': 'too many wrong sign-ins',
    'secrets.locked': 'the keychain is locked',
    'local.not-installed': 'OpenClaw is not installed here',
  } as Readonly<Record<string, string>>,
  line: (words: string, more: string) => `${words} · ${more}`,
  since: (age: string) => `for ${age}`,
  chain: 'The way to the gateway, stage by stage',
  chainOf: (name: string) => `How ${name} is connected`,
  openChain: (line: string) => `Link: ${line}. Show the stages`,
  engine: (name: string) => `${name} engine`,
  engineName: { builtin: 'built-in', openssh: 'OpenSSH' },
  localPort: (port: number) => `For your own tools: 127.0.0.1:${port}`,
  localPortMoved: (port: number, owner: string) =>
    `For your own tools: 127.0.0.1:${port} (the preferred port is taken by ${owner})`,
  localPortFailed: 'No local port for your own tools',
  localPortOff: 'Private: no local port',
  protocol: (version: string, protocol: number) => `OpenClaw ${version}, protocol ${protocol}`,
  technical: 'Details',
  code: (code: string) => `Error code: ${code}`,
  actions: {
    connect: 'Connect',
    disconnect: 'Disconnect',
    tryNow: 'Try now',
    tryAgain: 'Try again',
    edit: 'Check its settings',
    enterToken: 'Enter the token',
    enterPassword: 'Enter the password',
    startLocal: 'Start it here',
    localPaths: 'Set the path',
    check: 'Check each stage',
    checking: 'Checking each stage…',
    checked: (age: string) => `Checked ${age}, without touching the link`,
    dashboard: 'Open its dashboard',
    answer: 'Answer now',
  },
  changed: (name: string, line: string) => `${name}: ${line}`,
} as const
