import type { Conversations } from './scripted-gateway-conversations.ts'

type Json = Readonly<Record<string, unknown>>

/** What a method works with. */
export interface MethodContext {
  readonly conversations: Conversations
  readonly now: () => number
  readonly version: string
  readonly startedAt: number
  readonly presence: () => readonly Json[]
  readonly logLines: () => readonly string[]
  readonly subscribe: (topic: 'sessions' | `messages:${string}`, on: boolean) => void
}

/** A refusal in the gateway's own form. */
export class ScriptedRefusal extends Error {
  readonly error: Json

  constructor(error: Json) {
    super(String(error['message']))
    this.name = 'ScriptedRefusal'
    this.error = error
  }
}

interface Method {
  readonly scope: 'operator.read' | 'operator.write' | 'operator.approvals' | 'operator.admin'
  /** Known parameters; a `!` marks a required one. Any other is refused, as the real gateway does it. */
  readonly params: string
  /** False: protocol 3 does not know the method. */
  readonly old?: boolean
  readonly call: (params: Json, context: MethodContext) => unknown
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const count = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)
const invalid = (message: string, details?: Json): ScriptedRefusal =>
  new ScriptedRefusal({ code: 'INVALID_REQUEST', message, ...(details ? { details } : {}) })

const historyParams = 'sessionKey! limit offset cursor maxChars messageId sessionId agentId'
const sendParams =
  'sessionKey! message! idempotencyKey! attachments thinking fastMode timeoutMs deliver queueMode replyToId sessionId expectedLeafEntryId agentId suppressCommandInterpretation'
const listParams =
  'limit offset search agentId activeMinutes includeDerivedTitles includeLastMessage includeGlobal includeUnknown archived sortBy'

const model = {
  id: 'demo-1',
  name: 'Demo One',
  provider: 'demo',
  contextWindow: 128_000,
  reasoning: false,
  tags: ['default'],
  available: true,
}
const commands = [
  {
    name: 'help',
    textAliases: ['/help'],
    description: 'Show what the demo can do.',
    category: 'status',
    acceptsArgs: false,
  },
  {
    name: 'status',
    textAliases: ['/status'],
    description: 'Show current status.',
    category: 'status',
    acceptsArgs: false,
  },
  {
    name: 'new',
    textAliases: ['/new', '/reset'],
    description: 'Begin a new conversation.',
    category: 'session',
    acceptsArgs: false,
  },
  {
    name: 'stop',
    textAliases: ['/stop'],
    description: 'Stop the current answer.',
    category: 'session',
    acceptsArgs: false,
  },
]

function sessionList({ conversations, now }: MethodContext, params: Json): Json {
  const all = conversations.list()
  const offset = count(params['offset'], 0)
  const sessions = all.slice(offset, offset + count(params['limit'], 100))
  const hasMore = offset + sessions.length < all.length
  return {
    ts: now(),
    count: sessions.length,
    totalCount: all.length,
    hasMore,
    nextOffset: hasMore ? offset + sessions.length : null,
    defaults: { modelProvider: 'demo', model: 'demo-1', contextTokens: 128_000 },
    sessions,
  }
}

function send(params: Json, context: MethodContext): unknown {
  const { conversations } = context
  const key = text(params['sessionKey'])
  const message = text(params['message'])
  const id = text(params['idempotencyKey'])
  if (message === '' && !Array.isArray(params['attachments'])) throw invalid('message or attachment required')
  switch (message.trim()) {
    case '/stop':
      return conversations.abort(key, null, 'stop')
    case '/help':
      return conversations.answerAtOnce(
        key,
        id,
        message,
        commands.map(({ textAliases, description }) => `- \`${textAliases[0]}\` ${description}`).join('\n'),
      )
    case '/status':
      return conversations.answerAtOnce(
        key,
        id,
        message,
        `OpenClaw ${context.version} (demo), model demo/demo-1, ${conversations.list().length} conversations.`,
      )
    case '/new':
    case '/reset':
      conversations.reset(key)
      return conversations.answerAtOnce(key, id, message, 'A new conversation begins.')
    default: {
      const ack = conversations.send(key, id, message)
      if (ack === null) {
        throw invalid(
          'This message ID was already used for different input. Check the conversation history and use a new message ID to send again.',
          { reason: 'chat-request-conflict' },
        )
      }
      return ack
    }
  }
}

function known(params: Json, { conversations }: MethodContext): string {
  const key = text(params['key'])
  if (!conversations.has(key)) throw invalid('session not found')
  return key
}

/** What the scripted gateway can do. */
const scriptedMethods: Readonly<Record<string, Method>> = {
  health: { scope: 'operator.read', params: 'probe', call: (_params, context) => healthOf(context) },
  status: {
    scope: 'operator.read',
    params: '',
    call: (_params, { version, conversations }) => ({
      runtimeVersion: version,
      heartbeat: { defaultAgentId: 'main', agents: [] },
      channelSummary: [],
      queuedSystemEvents: [],
      sessions: {
        count: conversations.list().length,
        defaults: { model: 'demo-1', contextTokens: 128_000 },
        recent: [],
      },
    }),
  },
  'system-presence': { scope: 'operator.read', params: '', call: (_params, { presence }) => presence() },
  'system.info': {
    scope: 'operator.read',
    params: '',
    old: false,
    call: (_params, { now, startedAt }) => ({
      machineName: 'demo',
      osLabel: 'inside Hawser',
      nodeVersion: process.version,
      pid: process.pid,
      uptimeMs: now() - startedAt,
    }),
  },
  'channels.status': {
    scope: 'operator.read',
    params: 'probe timeoutMs channel',
    call: (_params, { now }) => ({
      ts: now(),
      channelOrder: ['webchat'],
      channelLabels: { webchat: 'WebChat' },
      channelMeta: [],
      channels: { webchat: { configured: true } },
      channelAccounts: {
        webchat: [
          {
            accountId: 'default',
            enabled: true,
            configured: true,
            linked: true,
            running: true,
            connected: true,
          },
        ],
      },
      channelDefaultAccountId: { webchat: 'default' },
    }),
  },
  'models.list': {
    scope: 'operator.read',
    params: 'view sessionKey agentId',
    call: () => ({ models: [model] }),
  },
  'agents.list': {
    scope: 'operator.read',
    params: '',
    call: () => ({
      defaultId: 'main',
      mainKey: 'main',
      scope: 'per-sender',
      agents: [{ id: 'main', name: 'Demo', model: { primary: 'demo/demo-1' } }],
    }),
  },
  'commands.list': {
    scope: 'operator.read',
    params: 'sessionKey agentId',
    old: false,
    call: () => ({ commands }),
  },
  'chat.metadata': {
    scope: 'operator.read',
    params: 'sessionKey agentId',
    old: false,
    call: () => ({ models: [model], commands }),
  },
  'logs.tail': {
    scope: 'operator.read',
    params: 'cursor limit maxBytes',
    call: (params, { logLines }) => {
      const lines = logLines()
      const from = Math.max(count(params['cursor'], 0), lines.length - count(params['limit'], 500))
      return {
        file: 'demo.log',
        cursor: lines.length,
        size: lines.length,
        lines: lines.slice(from),
        truncated: false,
        reset: false,
      }
    },
  },
  'gateway.identity.get': {
    scope: 'operator.read',
    params: '',
    old: false,
    call: () => ({ deviceId: 'demo-gateway', publicKey: '' }),
  },
  'last-heartbeat': { scope: 'operator.read', params: '', call: () => null },
  'node.list': { scope: 'operator.read', params: '', call: (_params, { now }) => ({ ts: now(), nodes: [] }) },
  'exec.approval.list': { scope: 'operator.approvals', params: '', old: false, call: () => [] },
  'sessions.list': {
    scope: 'operator.read',
    params: listParams,
    call: (params, context) => sessionList(context, params),
  },
  'sessions.subscribe': {
    scope: 'operator.read',
    params: listParams,
    old: false,
    call: (params, context) => {
      context.subscribe('sessions', true)
      return {
        subscribed: true,
        ...(Object.keys(params).length === 0 ? {} : { list: sessionList(context, params) }),
      }
    },
  },
  'sessions.unsubscribe': {
    scope: 'operator.read',
    params: '',
    old: false,
    call: (_params, context) => {
      context.subscribe('sessions', false)
      return { subscribed: false }
    },
  },
  'sessions.messages.subscribe': {
    scope: 'operator.read',
    params: 'key! includeApprovals agentId',
    old: false,
    call: (params, context) => {
      const key = context.conversations.canonical(text(params['key']))
      context.subscribe(`messages:${key}`, true)
      return { subscribed: true, key }
    },
  },
  'sessions.messages.unsubscribe': {
    scope: 'operator.read',
    params: 'key! agentId',
    old: false,
    call: (params, context) => {
      const key = context.conversations.canonical(text(params['key']))
      context.subscribe(`messages:${key}`, false)
      return { subscribed: false, key }
    },
  },
  'sessions.describe': {
    scope: 'operator.read',
    params: 'key! agentId',
    old: false,
    call: (params, { conversations }) => ({ session: conversations.describe(text(params['key'])) }),
  },
  'sessions.create': {
    scope: 'operator.write',
    params: 'label model thinkingLevel agentId message key',
    old: false,
    call: (params, { conversations }) => {
      const key = conversations.create()
      if (typeof params['label'] === 'string') conversations.label(key, params['label'])
      return { ok: true, key, sessionId: conversations.describe(key)?.['sessionId'], runStarted: false }
    },
  },
  'sessions.patch': {
    scope: 'operator.write',
    params:
      'key! label model thinkingLevel fastMode verboseLevel reasoningLevel pinned unread archived expectedSessionId agentId',
    call: (params, context) => {
      const key = known(params, context)
      if ('label' in params)
        context.conversations.label(key, typeof params['label'] === 'string' ? params['label'] : null)
      return { ok: true, key, entry: context.conversations.describe(key) }
    },
  },
  'sessions.reset': {
    scope: 'operator.admin',
    params: 'key! reason agentId',
    call: (params, context) => {
      const key = known(params, context)
      context.conversations.reset(key)
      return { ok: true, key }
    },
  },
  'sessions.compact': {
    scope: 'operator.admin',
    params: 'key! maxLines agentId',
    call: (params, context) => ({ ok: true, key: known(params, context), compacted: false }),
  },
  'sessions.delete': {
    scope: 'operator.admin',
    params: 'key! deleteTranscript expectedSessionId agentId',
    call: (params, context) => {
      const key = known(params, context)
      if (!context.conversations.delete(key)) throw invalid(`Cannot delete the main session (${key}).`)
      return { ok: true, deleted: true, archived: [] }
    },
  },
  'chat.history': {
    scope: 'operator.read',
    params: historyParams,
    call: (params, { conversations }) => {
      const limit = count(params['limit'], 200)
      if (limit > 1000) throw invalid('invalid chat.history params: at /limit: must be <= 1000')
      return conversations.history(text(params['sessionKey']), limit, count(params['offset'], 0))
    },
  },
  'chat.send': { scope: 'operator.write', params: sendParams, call: send },
  'chat.abort': {
    scope: 'operator.write',
    params: 'sessionKey! runId agentId',
    call: (params, { conversations }) =>
      conversations.abort(
        text(params['sessionKey']),
        typeof params['runId'] === 'string' ? params['runId'] : null,
        'rpc',
      ),
  },
}

/** The answer of `health`, which hello-ok carries too. */
export function healthOf({ now, conversations }: Pick<MethodContext, 'now' | 'conversations'>): Json {
  const recent = conversations
    .list()
    .slice(0, 5)
    .map(({ key, updatedAt }) => ({ key, updatedAt, age: 0 }))
  return {
    ok: true,
    ts: now(),
    durationMs: 1,
    channels: {},
    channelOrder: [],
    channelLabels: {},
    heartbeatSeconds: 0,
    defaultAgentId: 'main',
    agents: [{ agentId: 'main', isDefault: true, sessions: { count: recent.length, recent } }],
    sessions: { count: recent.length, recent },
    plugins: { loaded: [], errors: [] },
    eventLoop: { degraded: false, reasons: [] },
  }
}

/** The names hello-ok lists. */
export const methodNames = (old: boolean): string[] =>
  Object.entries(scriptedMethods).flatMap(([name, method]) => (old && method.old === false ? [] : [name]))

/** Runs a method after the checks every gateway makes. Throws a {@link ScriptedRefusal}. */
export function callMethod(
  name: string,
  params: Json,
  scopes: readonly string[],
  old: boolean,
  context: MethodContext,
): unknown {
  const admin = scopes.includes('operator.admin')
  const method = Object.hasOwn(scriptedMethods, name) ? scriptedMethods[name] : undefined
  if (method === undefined || (old && method.old === false)) {
    if (admin || old) throw invalid(`unknown method: ${name}`)
    throw missingScope('operator.admin', old)
  }
  const implied = method.scope === 'operator.read' && scopes.includes('operator.write')
  if (!admin && !implied && !scopes.includes(method.scope)) throw missingScope(method.scope, old)
  const names = method.params.split(' ')
  for (const each of names) {
    if (each.endsWith('!') && !(each.slice(0, -1) in params)) {
      throw invalid(`invalid ${name} params: must have required property '${each.slice(0, -1)}'`)
    }
  }
  for (const each of Object.keys(params)) {
    if (!names.includes(each) && !names.includes(`${each}!`)) {
      throw invalid(`invalid ${name} params: at root: unexpected property '${each}'`)
    }
  }
  return method.call(params, context)
}

function missingScope(scope: string, old: boolean): ScriptedRefusal {
  const message = `missing scope: ${scope}`
  if (old) return invalid(message)
  return new ScriptedRefusal({
    code: 'FORBIDDEN',
    message,
    details: { code: 'MISSING_SCOPE', missingScope: scope, requiredScopes: [scope] },
  })
}
