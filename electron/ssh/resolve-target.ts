import { existsSync } from 'node:fs'
import type { Logger } from '../log/logger.ts'
import type { Spawner } from '../platform/spawn.ts'
import type { ResolvedSshTarget, SshTarget } from './engine.ts'
import { builtinAlgorithms } from './algorithms.ts'
import {
  expandTilde,
  configFiles,
  pathsOf,
  readSshConfig,
  systemSshDirectory,
  type SshOptions,
} from './ssh-config.ts'
import type { SshEnvironment } from './ssh-environment.ts'
import { findOpenSshProgram } from './ssh-program.ts'
import { parseSshTarget, type ParsedSshTarget } from './target.ts'

/** What the engine needs beside the public part. */
export interface FullyResolvedTarget extends ResolvedSshTarget {
  readonly parsed: ParsedSshTarget
  /** 4 or 6 where the configuration asks for one family (`AddressFamily`). */
  readonly family: 4 | 6 | null
  /** Keys the configuration names, apart from OpenSSH's default files: offered before other keys of the agent. */
  readonly chosenIdentityFiles: readonly string[]
}

export interface ResolvePorts {
  readonly spawner: Spawner
  readonly environment: SshEnvironment
  readonly log: Logger
  readonly fileExists?: (path: string) => boolean
}

/** How long `ssh -G` may take: it runs the user's own `Match exec` commands. */
const resolveTimeoutMs = 10_000
const defaultIdentityNames = [
  'id_rsa',
  'id_ecdsa',
  'id_ecdsa_sk',
  'id_ed25519',
  'id_ed25519_sk',
  'id_xmss',
  'id_dsa',
]

/**
 * What a target means: as `ssh -G` says, or as our own reader of the same files says where there is no ssh (or it
 * cannot read its own configuration). Only what the user typed overrides it. Throws `target.unknown`.
 */
export async function resolveSshTarget(
  target: SshTarget,
  ports: ResolvePorts,
  signal?: AbortSignal,
): Promise<FullyResolvedTarget> {
  const parsed = parseSshTarget(target.target)
  const answer = await askSsh(target, parsed, ports, signal)
  const options =
    answer ?? readSshConfig(configFiles(ports.environment, target.configFile), parsed, ports.environment)
  return describe(target, parsed, options, answer === null ? 'own reader' : 'ssh -G', ports)
}

async function askSsh(
  target: SshTarget,
  parsed: ParsedSshTarget,
  ports: ResolvePorts,
  signal: AbortSignal | undefined,
): Promise<SshOptions | null> {
  const program = findOpenSshProgram('ssh', ports.environment, ports.fileExists)
  if (program === null) return null
  const args = ['-G']
  if (target.configFile !== null) args.push('-F', target.configFile)
  if (parsed.user !== null) args.push('-l', parsed.user)
  if (parsed.port !== null) args.push('-p', String(parsed.port))
  args.push('--', parsed.host)
  try {
    const result = await ports.spawner.run(program, args, {
      timeoutMs: resolveTimeoutMs,
      env: { LC_ALL: 'C' },
      ...(signal === undefined ? {} : { signal }),
    })
    if (result.code === 0) return parseDump(result.stdout)
    ports.log.warn('ssh -G failed; reading the configuration ourselves', {
      code: result.code,
      timedOut: result.timedOut,
      said: result.stderr.split('\n', 1)[0],
    })
  } catch (error) {
    signal?.throwIfAborted()
    ports.log.warn('ssh cannot be run; reading the configuration ourselves', { error: String(error) })
  }
  return null
}

/** `keyword value` lines of `ssh -G`. */
export function parseDump(text: string): SshOptions {
  const options = new Map<string, string[]>()
  for (const line of text.split(/\r?\n/)) {
    const blank = line.indexOf(' ')
    if (blank <= 0) continue
    const keyword = line.slice(0, blank).toLowerCase()
    const value = line.slice(blank + 1)
    const values = keyword.endsWith('knownhostsfile') ? splitPaths(value) : [value]
    options.set(keyword, [...(options.get(keyword) ?? []), ...values])
  }
  return options
}

/** Several paths in one line, not quoted: a blank before something that starts like a path ends the one before. */
function splitPaths(value: string): readonly string[] {
  return value.split(/ (?=[/~]|[A-Za-z]:[/\\]|__PROGRAMDATA__)/).filter((path) => path !== '')
}

function describe(
  target: SshTarget,
  parsed: ParsedSshTarget,
  options: SshOptions,
  source: ResolvedSshTarget['source'],
  ports: ResolvePorts,
): FullyResolvedTarget {
  const { environment } = ports
  const exists = ports.fileExists ?? existsSync
  const one = (keyword: string): string | null => {
    const value = options.get(keyword)?.[0]
    return value === undefined || value.toLowerCase() === 'none' ? null : value
  }
  const host = (one('hostname') ?? parsed.host).replaceAll(/%[%h]/g, (token) =>
    token === '%h' ? parsed.host : '%',
  )
  const port = parsed.port ?? Number(one('port') ?? 22)
  const user = parsed.user ?? one('user') ?? environment.user
  const hostKeyAlias = one('hostkeyalias')
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': environment.home,
    '%h': host,
    '%k': hostKeyAlias ?? parsed.host,
    '%n': parsed.host,
    '%p': String(port),
    '%r': user,
    '%u': environment.user,
  }
  // ssh -G leaves ~ and the tokens of identity files as they are.
  const path = (value: string): string => {
    const expanded = value
      .replaceAll(/%[%dhknpru]/g, (token) => tokens[token] ?? token)
      .replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => environment.env[name] ?? whole)
      .replaceAll('__PROGRAMDATA__', environment.env['ProgramData'] ?? 'C:\\ProgramData')
    return expandTilde(expanded, environment)
  }
  const paths = pathsOf(environment)
  const sshDirectory = paths.join(environment.home, '.ssh')
  const defaultFiles = defaultIdentityNames.map((name) => paths.join(sshDirectory, name))
  const configured = (options.get('identityfile') ?? defaultFiles).filter((file) => file !== 'none').map(path)
  const knownHostsFiles = (keyword: string, fallback: readonly string[]): readonly string[] =>
    (options.get(keyword) ?? fallback).filter((file) => file.toLowerCase() !== 'none').map(path)
  const only = target.identityFile === null ? null : expandTilde(target.identityFile, environment)
  const identityFiles = only === null ? [...new Set(configured)].filter(exists) : [only]
  const timeout = Number(one('connecttimeout') ?? 0)
  const family = one('addressfamily')
  return {
    target: target.target,
    parsed,
    host,
    port,
    user,
    identityFiles,
    chosenIdentityFiles:
      only === null ? identityFiles.filter((file) => !defaultFiles.includes(file)) : [only],
    identitiesOnly: only !== null || one('identitiesonly') === 'yes',
    agent: only === null ? agentSocket(options.get('identityagent')?.[0], environment, path) : null,
    hostKeyAlias,
    userKnownHostsFiles:
      target.knownHostsFile === null
        ? knownHostsFiles('userknownhostsfile', [
            paths.join(sshDirectory, 'known_hosts'),
            paths.join(sshDirectory, 'known_hosts2'),
          ])
        : [expandTilde(target.knownHostsFile, environment)],
    globalKnownHostsFiles:
      target.knownHostsFile === null
        ? knownHostsFiles('globalknownhostsfile', [
            paths.join(systemSshDirectory(environment), 'ssh_known_hosts'),
            paths.join(systemSshDirectory(environment), 'ssh_known_hosts2'),
          ])
        : [],
    jumps: (one('proxyjump') ?? '').split(',').filter((jump) => jump !== ''),
    connectTimeoutSeconds: Number.isFinite(timeout) && timeout > 0 ? timeout : null,
    family: family === 'inet' ? 4 : family === 'inet6' ? 6 : null,
    needsOpenSsh: needs(options, one, path, exists),
    source,
  }
}

function agentSocket(
  value: string | undefined,
  environment: SshEnvironment,
  path: (value: string) => string,
): string | null {
  const fromEnvironment =
    environment.env['SSH_AUTH_SOCK'] ??
    (environment.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null)
  if (value === undefined || value === 'SSH_AUTH_SOCK') return fromEnvironment || null
  if (value.toLowerCase() === 'none' || value === '') return null
  if (/^\$\w+$/.test(value)) return environment.env[value.slice(1)] ?? null
  return path(value)
}

/** Keywords in force that the built-in engine cannot obey, as a person wrote them. */
function needs(
  options: SshOptions,
  one: (keyword: string) => string | null,
  path: (value: string) => string,
  exists: (path: string) => boolean,
): readonly string[] {
  const found: string[] = []
  if (one('proxycommand') !== null) found.push('ProxyCommand')
  if (one('proxyusefdpass') === 'yes') found.push('ProxyUseFdpass')
  if ((options.get('certificatefile') ?? []).some((file) => exists(path(file)))) found.push('CertificateFile')
  if (one('pkcs11provider') !== null) found.push('PKCS11Provider')
  const shares = (keyword: string, ours: readonly string[]): boolean => {
    const list = one(keyword)
    // A list that changes the defaults (+ - ^) leaves enough of them.
    if (list === null || /^[+^-]/.test(list)) return true
    return list.split(',').some((name) => ours.includes(name))
  }
  if (!shares('kexalgorithms', builtinAlgorithms.kex)) found.push('KexAlgorithms')
  if (!shares('ciphers', builtinAlgorithms.cipher)) found.push('Ciphers')
  if (!shares('hostkeyalgorithms', builtinAlgorithms.serverHostKey)) found.push('HostKeyAlgorithms')
  return found
}
