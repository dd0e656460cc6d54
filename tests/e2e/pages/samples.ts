import type { ChatRow, Conversation, SessionSummary } from '../../../shared/model/chat.ts'
import type { ConnectionView, StageView } from '../../../shared/model/connection.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import type { Prompt, PromptKind, PromptOf } from '../../../shared/model/prompt.ts'
import { defaultPreferences } from '../../../shared/model/settings.ts'
import type { Snapshot } from '../../../shared/model/snapshot.ts'
import type { StatusView } from '../../../shared/model/status.ts'
import { appError, type AppError } from '../../../shared/result.ts'
import { stageNames, type StageName } from '../../../shared/stages.ts'

export const mainKey = 'agent:main:main'
const minute = 60_000

export const homeServer: SavedGateway = {
  id: 'g1',
  name: 'home-server',
  place: {
    kind: 'ssh',
    target: 'ada@home-server',
    remotePort: 18_789,
    localPort: { mode: 'preferred', port: 18_789 },
    engine: 'auto',
    identityFile: null,
  },
  wanted: true,
  demo: false,
}

const vps: SavedGateway = {
  id: 'g2',
  name: 'vps',
  place: { ...homeServer.place, kind: 'ssh', target: 'vps.example.net' } as SavedGateway['place'],
  wanted: true,
  demo: false,
}

export const thisComputer: SavedGateway = {
  id: 'g3',
  name: 'This computer',
  place: { kind: 'local', port: null },
  wanted: false,
  demo: false,
}

const okWords: Record<StageName, string> = {
  network: '203.0.113.7:22',
  ssh: 'signed in as ada, key id_ed25519',
  forward: '127.0.0.1:18789 on the server',
  gateway: 'an OpenClaw gateway answers',
  auth: 'token accepted',
  pairing: 'this device is paired',
  ready: 'connected to OpenClaw 2026.9.6',
}

export const okStage = (name: StageName, since = Date.now() - 2 * minute): StageView => ({
  name,
  state: 'ok',
  since,
  ms: { network: 12, ssh: 181, forward: 9, gateway: 22, auth: 14, pairing: 1, ready: 3 }[name],
  message: okWords[name],
  error: null,
})

const pending = (name: StageName): StageView => ({
  name,
  state: 'pending',
  since: null,
  ms: null,
  message: '',
  error: null,
})

/** The chain up to a stage that hangs (or runs) there; everything after it is still to come. */
export function chainTo(
  at: StageName,
  state: StageView['state'],
  message: string,
  error: AppError | null,
): StageView[] {
  const index = stageNames.indexOf(at)
  return stageNames.map((name, place) => {
    if (place < index) return okStage(name)
    if (place > index) return pending(name)
    return { name, state, since: Date.now() - 8_000, ms: null, message, error }
  })
}

const idle = (gatewayId: string): ConnectionView => ({
  gatewayId,
  phase: 'idle',
  since: Date.now() - 5 * minute,
  attempt: 0,
  stages: stageNames.map(pending),
  error: null,
  retryAt: null,
  engine: null,
  localPort: { state: 'off' },
  gateway: null,
  latency: null,
  activeRuns: 0,
})

export const idleConnection = idle

export const readyConnection = (gatewayId: string, host = 'home-server'): ConnectionView => ({
  ...idle(gatewayId),
  phase: 'ready',
  attempt: 0,
  stages: stageNames.map((name) => okStage(name)),
  engine: { name: 'builtin', reason: 'nothing in your SSH configuration needs another one' },
  localPort: { state: 'listening', port: 18_789, preferredTakenBy: null },
  gateway: {
    host,
    version: '2026.9.6',
    protocol: 4,
    scopes: ['operator.read', 'operator.write', 'operator.approvals', 'operator.questions'],
    mainSessionKey: mainKey,
    authMethod: 'device-token',
    methods: ['chat.send', 'chat.history'],
    maxPayload: 26_214_400,
  },
  latency: { ms: 23, at: Date.now() - 3_000 },
})

export const connectingConnection = (gatewayId: string, at: StageName = 'ssh'): ConnectionView => ({
  ...idle(gatewayId),
  phase: 'connecting',
  attempt: 1,
  stages: chainTo(at, 'running', 'signing in as ada', null),
})

export const waitingConnection = (gatewayId: string): ConnectionView => {
  const error = appError('forward.nothing-listening', { host: '127.0.0.1', port: 18_789 })
  return {
    ...idle(gatewayId),
    phase: 'waiting',
    attempt: 3,
    stages: chainTo('forward', 'failed', '', error),
    error,
    retryAt: Date.now() + 8_000,
  }
}

export const blockedConnection = (gatewayId: string, error: AppError, at: StageName): ConnectionView => ({
  ...idle(gatewayId),
  phase: 'blocked',
  attempt: 1,
  stages: chainTo(at, 'blocked', '', error),
  error,
})

export const changedHostKey = (): AppError =>
  appError('ssh.host-key-changed', {
    host: 'home-server',
    fingerprint: 'SHA256:9kXqDq0Y5GZhu8pFCw1hGk0o2VYJ7d5sQeTjv1lRkzU',
    expected: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDJzVCbnpxPNlTqlVw',
    file: '~/.ssh/known_hosts line 12',
    command: 'ssh-keygen -R home-server',
  })

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 7,
    app: {
      version: '0.1.0',
      platform: 'linux',
      face: 'browser',
      demo: false,
      dataDir: '/home/ada/.config/hawser',
      can: { tray: false, startAtLogin: false, openLinks: true },
    },
    preferences: defaultPreferences,
    gateways: [homeServer, vps, thisComputer],
    connections: { g1: readyConnection('g1'), g2: waitingConnection('g2'), g3: idle('g3') },
    selectedGatewayId: 'g1',
    prompts: [],
    secrets: {
      store: 'keychain',
      storeName: 'Secret Service',
      reason: null,
      deviceKeyPlace: 'keychain',
      entries: [
        { id: 's1', kind: 'device-key', gatewayId: null, label: 'this device', place: 'keychain' },
        { id: 's2', kind: 'device-token', gatewayId: 'g1', label: 'home-server', place: 'keychain' },
        { id: 's3', kind: 'ssh-passphrase', gatewayId: 'g1', label: '~/.ssh/id_ed25519', place: 'memory' },
      ],
    },
    local: {
      state: 'stopped',
      owner: null,
      service: null,
      port: 18_789,
      version: '2026.9.6',
      openclawPath: '/usr/local/bin/openclaw',
      nodePath: '/usr/bin/node',
      configFile: '/home/ada/.openclaw/openclaw.json',
      checkedAt: Date.now() - 20_000,
      error: null,
      logTail: [],
    },
    notices: [],
    ...change,
  }
}

/** Nothing saved yet: the first start. */
export const emptySnapshot = (): Snapshot =>
  snapshot({
    gateways: [],
    connections: {},
    selectedGatewayId: null,
    secrets: { ...snapshot().secrets, entries: [] },
  })

export const row = (id: string, change: Partial<ChatRow>): ChatRow => ({
  id,
  role: 'assistant',
  blocks: [],
  at: Date.now() - 10 * minute,
  messageKey: null,
  runId: null,
  model: 'fake/echo',
  partial: false,
  truncated: false,
  error: null,
  toolCallId: null,
  toolName: null,
  ...change,
})

export const userRow = (id: string, text: string, change: Partial<ChatRow> = {}): ChatRow =>
  row(id, { role: 'user', blocks: [{ kind: 'text', text }], model: null, ...change })

export const agentRow = (id: string, text: string, change: Partial<ChatRow> = {}): ChatRow =>
  row(id, { blocks: [{ kind: 'text', text }], ...change })

const trip = `I compared three connections for Friday. The morning train is the best balance:

| Connection | Leaves | Takes | Price |
| --- | --- | --- | --- |
| Train, direct | 08:12 | 4 h 05 | 59 € |
| Flight via Zürich | 10:40 | 3 h 50 | 148 € |
| Night bus | 23:30 | 8 h 15 | 29 € |

Two things to know before you book:

1. The train needs a **seat reservation** on Fridays.
2. The flight leaves only 35 minutes to change.

\`\`\`sh
openclaw remind "book the train" --at "today 18:00"
\`\`\`

See the [timetable](https://example.com/timetable) for later trains.`

export function conversation(change: Partial<Conversation> = {}): Conversation {
  return {
    gatewayId: 'g1',
    sessionKey: mainKey,
    revision: 3,
    rows: [
      userRow('u1', 'Could you look at connections to Vienna on Friday?'),
      row('a1', {
        blocks: [
          { kind: 'thinking', text: 'The user wants connections for Friday. I will look at trains first.' },
          { kind: 'text', text: 'Let me look at trains, flights and buses.' },
          {
            kind: 'tool-call',
            id: 'c1',
            name: 'exec',
            arguments: '{"command":"curl -s https://timetable.example/api?to=vienna&day=friday"}',
          },
          { kind: 'tool-call', id: 'c2', name: 'read', arguments: '{"path":"notes/travel.md"}' },
        ],
      }),
      row('t1', {
        role: 'tool',
        blocks: [{ kind: 'text', text: '{"trains": 14, "flights": 3, "buses": 2}' }],
        toolCallId: 'c1',
        toolName: 'exec',
        model: null,
      }),
      row('t2', {
        role: 'tool',
        error: 'ENOENT: no such file',
        toolCallId: 'c2',
        toolName: 'read',
        model: null,
      }),
      agentRow('a2', trip),
      userRow('u2', 'Good. Remind me tonight, please.'),
      agentRow('a3', 'Done: I will remind you today at 18:00.'),
    ],
    hasMore: false,
    runs: [],
    lastEnd: null,
    outbox: [],
    loadedAt: Date.now() - 60_000,
    loading: false,
    error: null,
    ...change,
  }
}

const session = (key: string, title: string, change: Partial<SessionSummary> = {}): SessionSummary => ({
  key,
  title,
  preview: '',
  updatedAt: Date.now() - 30 * minute,
  running: false,
  unread: false,
  isMain: false,
  channel: null,
  agentId: 'main',
  model: 'claude-opus-5',
  totalTokens: 24_000,
  contextTokens: 200_000,
  ...change,
})

export const sessions = (): SessionSummary[] => [
  session(mainKey, 'Plan the trip', { isMain: true }),
  session('agent:main:inbox', 'Inbox rules', { unread: true }),
  session('agent:main:telegram:1', 'Groceries', { channel: 'telegram' }),
  session('agent:main:backup', 'Weekly backup of the photo archive', { running: true }),
]

const asked = { gatewayId: 'g1', gatewayName: 'home-server', askedAt: Date.now() - 4_000 }

const prompts: { [K in PromptKind]: PromptOf<K> } = {
  'host-key': {
    ...asked,
    id: 'p-host-key',
    kind: 'host-key',
    host: 'home-server',
    port: 22,
    keyType: 'ED25519',
    fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDJzVCbnpxPNlTqlVw',
    compareCommand: 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    userFile: '/home/ada/.ssh/known_hosts',
    line: 'home-server ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  },
  passphrase: {
    ...asked,
    id: 'p-passphrase',
    kind: 'passphrase',
    keyFile: '/home/ada/.ssh/id_ed25519',
    again: false,
    canRemember: true,
  },
  'ssh-password': {
    ...asked,
    id: 'p-ssh-password',
    kind: 'ssh-password',
    user: 'ada',
    host: 'home-server',
    again: true,
    canRemember: false,
  },
  'ssh-code': {
    ...asked,
    id: 'p-ssh-code',
    kind: 'ssh-code',
    user: 'ada',
    host: 'home-server',
    instruction: 'Multi-factor sign-in\nOpen your authenticator.',
    fields: [{ label: 'Verification code: ', echo: false }],
  },
  'gateway-secret': {
    ...asked,
    id: 'p-gateway-secret',
    kind: 'gateway-secret',
    secret: 'token',
    host: 'home-server',
    again: false,
    canRemember: true,
  },
  pairing: {
    ...asked,
    id: 'p-pairing',
    kind: 'pairing',
    requestId: '8b0f7c3a',
    deviceId: '6f1a0c5d2f0f4c53a1d9a3a9d2f7d1c5b7a8e9f0a1b2c3d4e5f60718293a4b5c',
    command: 'openclaw devices approve 8b0f7c3a',
    reason: appError('pairing.required', { requestId: '8b0f7c3a' }).message,
  },
  scope: {
    ...asked,
    id: 'p-scope',
    kind: 'scope',
    purpose: 'start this conversation anew',
    scope: 'operator.admin',
  },
}

export const prompt = <K extends PromptKind>(kind: K): PromptOf<K> => prompts[kind]
export const allPrompts: readonly Prompt[] = Object.values(prompts)

export const status = (): StatusView => ({
  gatewayId: 'g1',
  host: 'home-server',
  readAt: Date.now() - 4_000,
  version: '2026.9.6',
  uptimeMs: 3 * 24 * 60 * minute,
  healthy: true,
  summary: 'All channels are connected.',
  channels: [
    {
      id: 'telegram',
      label: 'Telegram',
      accounts: [{ id: 'default', state: 'connected', ok: true, error: null }],
    },
    {
      id: 'whatsapp',
      label: 'WhatsApp',
      accounts: [{ id: 'default', state: 'logged out', ok: false, error: 'scan the code again' }],
    },
  ],
  presence: [
    {
      id: 'd1',
      label: 'home-server',
      platform: 'linux',
      mode: 'gateway',
      version: '2026.9.6',
      at: Date.now() - 9_000,
    },
    {
      id: 'd2',
      label: 'laptop (Hawser)',
      platform: 'linux',
      mode: 'ui',
      version: '0.1.0',
      at: Date.now() - 2_000,
    },
  ],
  sessions: [
    {
      key: mainKey,
      title: 'Plan the trip',
      updatedAt: Date.now() - 5 * minute,
      running: false,
      model: 'claude-opus-5',
      percentUsed: 12,
    },
    {
      key: 'agent:main:backup',
      title: 'Weekly backup',
      updatedAt: Date.now() - minute,
      running: true,
      model: 'claude-opus-5',
      percentUsed: 48,
    },
  ],
  sessionCount: 4,
  agents: [{ id: 'main', isDefault: true }],
  missing: [{ part: 'Cron', reason: 'This gateway does not know cron.list yet.' }],
})
