import type { StatusView } from '../../shared/model/status.ts'
import { toAppError } from '../../shared/result.ts'
import { statusWords } from '../../shared/text/status.ts'
import type { GatewaySession } from '../gateway/session.ts'
import { bool, list, num, record, str, type Json } from './json.ts'

/** How long one part of the status may take, in ms; a slow part is named as missing rather than waited for. */
const partTimeoutMs = 15_000

/**
 * Health and status as the gateway reports them. Parts are asked for side by side; one that fails is named in
 * `missing` instead of taking the others with it. `now` is the clock's time in epoch ms.
 */
export async function readStatus(
  gatewayId: string,
  session: GatewaySession,
  now: () => number,
): Promise<StatusView> {
  const missing: { part: string; reason: string }[] = []
  const ask = async (part: string, method: string, params: object = {}): Promise<Json> => {
    try {
      return record(await session.request(method, params, { timeoutMs: partTimeoutMs }))
    } catch (thrown) {
      missing.push({ part, reason: toAppError(thrown).message })
      return {}
    }
  }
  const optional = (part: string, method: string, params: object = {}): Promise<Json> =>
    session.supports(method) ? ask(part, method, params) : Promise.resolve({})

  const [health, status, channels, presence, sessions, info] = await Promise.all([
    ask(statusWords.parts.health, 'health'),
    ask(statusWords.parts.status, 'status'),
    ask(statusWords.parts.channels, 'channels.status'),
    session.request('system-presence', {}, { timeoutMs: partTimeoutMs }).catch((thrown: unknown) => {
      missing.push({ part: statusWords.parts.presence, reason: toAppError(thrown).message })
      return []
    }),
    ask(statusWords.parts.sessions, 'sessions.list', { limit: 20 }),
    optional(statusWords.parts.system, 'system.info'),
  ])
  const helloSnapshot = record(session.hello['snapshot'])
  return {
    gatewayId,
    host: str(info['machineName']) ?? session.facts.host,
    readAt: now(),
    version: str(status['runtimeVersion']) ?? session.facts.version,
    uptimeMs: num(info['uptimeMs']) ?? num(helloSnapshot['uptimeMs']),
    healthy: bool(health['ok']),
    summary: summarise(health),
    channels: readChannels(channels),
    presence: list(presence).map(readPresence),
    sessions: list(sessions['sessions']).map(readSession),
    sessionCount:
      num(sessions['totalCount']) ?? num(sessions['count']) ?? num(record(health['sessions'])['count']) ?? 0,
    agents: list(health['agents']).map((agent) => ({
      id: str(agent['agentId']) ?? '',
      isDefault: agent['isDefault'] === true,
    })),
    missing,
  }
}

function summarise(health: Json): string {
  const reasons = record(health['eventLoop'])['reasons']
  const problems = Array.isArray(reasons) ? reasons.filter((reason) => typeof reason === 'string') : []
  if (health['ok'] === true)
    return problems.length === 0 ? statusWords.healthy : statusWords.strained(problems.join(', '))
  return health['ok'] === false ? statusWords.unhealthy : statusWords.unknown
}

function readChannels(channels: Json): StatusView['channels'] {
  const labels = record(channels['channelLabels'])
  const accounts = record(channels['channelAccounts'])
  const order = channels['channelOrder']
  const ids = Array.isArray(order) ? order.filter((id) => typeof id === 'string') : Object.keys(accounts)
  return ids.map((id) => ({
    id,
    label: str(labels[id]) ?? id,
    accounts: list(accounts[id]).map((account) => {
      const error = str(account['lastError'])
      return {
        id: str(account['accountId']) ?? '',
        state: accountState(account),
        ok: error === null && account['configured'] !== false && account['linked'] !== false,
        error,
      }
    }),
  }))
}

function accountState(account: Json): string {
  const { accounts } = statusWords
  if (account['enabled'] === false) return accounts.off
  if (account['configured'] === false) return accounts.notConfigured
  if (account['linked'] === false) return accounts.notLinked
  if (account['connected'] === true) return accounts.connected
  return account['running'] === true ? accounts.running : accounts.stopped
}

function readPresence(entry: Json): StatusView['presence'][number] {
  const label = str(entry['displayName']) ?? str(entry['host']) ?? str(entry['clientId']) ?? ''
  return {
    id: str(entry['instanceId']) ?? str(entry['deviceId']) ?? label,
    label,
    platform: str(entry['platform']),
    mode: str(entry['mode']),
    version: str(entry['version']),
    at: num(entry['ts']),
  }
}

function readSession(row: Json): StatusView['sessions'][number] {
  const total = num(row['totalTokens'])
  const context = num(row['contextTokens'])
  return {
    key: str(row['key']) ?? '',
    title: str(row['label']) ?? str(row['derivedTitle']) ?? str(row['displayName']) ?? str(row['key']) ?? '',
    updatedAt: num(row['updatedAt']),
    running: row['hasActiveRun'] === true,
    model: str(row['model']),
    percentUsed:
      total === null || context === null || context === 0 ? null : Math.round((100 * total) / context),
  }
}

/** The end of the gateway's log, each line as a person reads it. */
export async function readLogTail(
  session: GatewaySession,
  lines: number,
): Promise<{ readonly file: string; readonly lines: string[] }> {
  const answer = record(await session.request('logs.tail', { limit: lines }, { timeoutMs: partTimeoutMs }))
  const raw = answer['lines']
  return {
    file: str(answer['file']) ?? '',
    lines: (Array.isArray(raw) ? raw : []).filter((line) => typeof line === 'string').map(readableLine),
  }
}

function readableLine(line: string): string {
  try {
    const parsed = record(JSON.parse(line))
    const level = str(record(parsed['_meta'])['logLevelName']) ?? ''
    const parts = ['message', '0', '1', '2']
      .map((key) => parsed[key])
      .filter((part) => typeof part === 'string')
    return [str(parsed['time']) ?? '', level, parts.join(' ')].join(' ').trim()
  } catch {
    return line
  }
}
