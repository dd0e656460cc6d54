import { parseArgs } from 'node:util'
import { defaultGatewayPort, type EngineChoice, type LocalPortChoice } from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import { cliWords } from '../../shared/text/command-line.ts'

const verbs = ['serve', 'connect', 'chat', 'doctor', 'status', 'demo'] as const
type Verb = (typeof verbs)[number]

/** The common flags, as typed; null where the user said nothing, so that a saved gateway's own choice stands. */
export interface CommonFlags {
  readonly json: boolean
  readonly dataDir: string | null
  readonly remotePort: number | null
  readonly localPort: LocalPortChoice | null
  readonly identity: string | null
  readonly sshConfig: string | null
  readonly knownHosts: string | null
  readonly acceptHostKey: string | null
  readonly engine: EngineChoice | null
  readonly tlsFingerprint: string | null
  readonly timeoutMs: number
  readonly noInput: boolean
}

export type CommandLine =
  | { readonly verb: 'help' }
  | { readonly verb: 'version' }
  | {
      readonly verb: 'serve'
      readonly flags: CommonFlags
      readonly port: number | null
      readonly open: boolean
    }
  | {
      readonly verb: 'demo'
      readonly flags: CommonFlags
      readonly port: number | null
      readonly open: boolean
    }
  | { readonly verb: 'connect' | 'doctor'; readonly flags: CommonFlags; readonly target: string }
  | { readonly verb: 'status'; readonly flags: CommonFlags; readonly target: string | null }
  | {
      readonly verb: 'chat'
      readonly flags: CommonFlags
      readonly target: string
      readonly message: string
      readonly session: string | null
    }

const options = {
  json: { type: 'boolean' },
  'data-dir': { type: 'string' },
  'remote-port': { type: 'string' },
  'local-port': { type: 'string' },
  identity: { type: 'string' },
  'ssh-config': { type: 'string' },
  'known-hosts': { type: 'string' },
  'accept-host-key': { type: 'string' },
  engine: { type: 'string' },
  'tls-fingerprint': { type: 'string' },
  timeout: { type: 'string' },
  'no-input': { type: 'boolean' },
  port: { type: 'string' },
  'no-open': { type: 'boolean' },
  session: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** Flags that only some verbs know. */
const ownFlags: Record<'port' | 'no-open' | 'session', readonly Verb[]> = {
  port: ['serve', 'demo'],
  'no-open': ['serve', 'demo'],
  session: ['chat'],
}

/** Reads the words after `hawser`. Throws AppFailure `usage` with the reason. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const { values, positionals } = parse(words)
  if (values.help === true) return { verb: 'help' }
  if (values.version === true) return { verb: 'version' }
  const [word, ...rest] = positionals
  if (word === undefined) return usage(cliWords.usage.noVerb)
  if (!isVerb(word)) return word === 'help' ? { verb: 'help' } : usage(cliWords.usage.unknownVerb(word))
  for (const name of ['port', 'no-open', 'session'] as const) {
    if (values[name] !== undefined && !ownFlags[name].includes(word)) {
      return usage(cliWords.usage.foreignFlag(`--${name}`, word))
    }
  }
  const flags = readFlags(values)
  switch (word) {
    case 'serve':
    case 'demo':
      expectWords(rest, 0, word)
      return { verb: word, flags, port: readPort(values.port, '--port'), open: values['no-open'] !== true }
    case 'connect':
    case 'doctor':
      expectWords(rest, 1, word)
      return { verb: word, flags, target: rest[0] ?? '' }
    case 'status':
      expectWords(rest, rest.length === 0 ? 0 : 1, word)
      return { verb: word, flags, target: rest[0] ?? null }
    case 'chat':
      expectWords(rest, 2, word)
      if ((rest[1] ?? '').trim() === '') return usage(cliWords.usage.emptyMessage)
      return {
        verb: word,
        flags,
        target: rest[0] ?? '',
        message: rest[1] ?? '',
        session: values.session ?? null,
      }
  }
}

/** True if the words ask for JSON output, even where they are otherwise not understood. */
export const wantsJson = (words: readonly string[]): boolean => {
  const end = words.indexOf('--')
  return (end === -1 ? words : words.slice(0, end)).includes('--json')
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    return usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

type Values = ReturnType<typeof parse>['values']

function readFlags(values: Values): CommonFlags {
  const engine = values.engine ?? null
  if (engine !== null && engine !== 'auto' && engine !== 'builtin' && engine !== 'openssh') {
    return usage(cliWords.usage.badValue('--engine', 'auto, builtin or openssh'))
  }
  const acceptHostKey = values['accept-host-key'] ?? null
  if (acceptHostKey !== null && !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(acceptHostKey)) {
    return usage(cliWords.usage.badValue('--accept-host-key', 'SHA256:… as ssh-keygen prints it'))
  }
  const tlsFingerprint = values['tls-fingerprint'] ?? null
  if (tlsFingerprint !== null && !/^(sha256:)?([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i.test(tlsFingerprint)) {
    return usage(cliWords.usage.badValue('--tls-fingerprint', '64 hexadecimal digits'))
  }
  const timeout = values.timeout === undefined ? 30 : Number(values.timeout)
  if (!Number.isFinite(timeout) || timeout <= 0 || timeout > 86_400) {
    return usage(cliWords.usage.badValue('--timeout', 'a number of seconds'))
  }
  return {
    json: values.json === true,
    dataDir: values['data-dir'] ?? null,
    remotePort: readPort(values['remote-port'], '--remote-port'),
    localPort: readLocalPort(values['local-port']),
    identity: values.identity ?? null,
    sshConfig: values['ssh-config'] ?? null,
    knownHosts: values['known-hosts'] ?? null,
    acceptHostKey: acceptHostKey?.replace(/=$/, '') ?? null,
    engine,
    tlsFingerprint,
    timeoutMs: timeout * 1000,
    noInput: values['no-input'] === true,
  }
}

function readPort(value: string | undefined, flag: string): number | null {
  if (value === undefined) return null
  const port = Number(value)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return usage(cliWords.usage.badValue(flag, 'a port between 1 and 65535'))
  }
  return port
}

function readLocalPort(value: string | undefined): LocalPortChoice | null {
  if (value === undefined) return null
  if (value === 'off') return { mode: 'off' }
  return { mode: 'fixed', port: readPort(value, '--local-port') ?? defaultGatewayPort }
}

function expectWords(words: readonly string[], count: number, verb: Verb): void {
  if (words.length !== count) usage(cliWords.usage.wordCount(verb, count))
}

const isVerb = (word: string): word is Verb => (verbs as readonly string[]).includes(word)

function usage(reason: string): never {
  throw failure('usage', { reason })
}
