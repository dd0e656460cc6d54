import { X509Certificate } from 'node:crypto'
import path from 'node:path'
import { defaultGatewayPort } from '../../shared/model/gateway.ts'
import { failure } from '../../shared/result.ts'
import { readFileCapped } from '../platform/files.ts'
import type { LocalEndpoint } from './local-gateway.ts'
import { expandHome, findOpenclawPlace, readOpenclawFile } from './openclaw-files.ts'
import type { Environment, OpenclawConfigFile } from './openclaw-files.ts'

type Json = Readonly<Record<string, unknown>>
/** What OpenClaw prints in place of a secret; pasted into a configuration it is none. */
const redactionMark = '__OPENCLAW_REDACTED__'
const maxBytes = 1024 * 1024

/** The inner object at a path of keys; empty where anything on the way is missing or something else. */
export function objectAt(content: Json, ...keys: readonly string[]): Json {
  let current: unknown = content
  for (const key of keys) current = isObject(current) ? current[key] : undefined
  return isObject(current) ? current : {}
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text, or null where there is none. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null

/** The port, or null where there is none. Numbers in quotes count, as they do for OpenClaw. */
export function portOf(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 65536
    ? number
    : null
}

/** A secret of a configuration file: its value, or why only OpenClaw itself can get at it. */
export interface ConfigSecret {
  readonly value: string | null
  /** In words; null where there is nothing to say. */
  readonly note: string | null
}

/** Resolves a secret: a text, or a reference to the environment or to a file. Other references are never followed. */
export async function resolveSecret(
  value: unknown,
  config: OpenclawConfigFile,
  home: string,
): Promise<ConfigSecret> {
  if (typeof value === 'string') {
    if (value.includes(redactionMark)) return { value: null, note: 'the file holds only the placeholder' }
    const unresolved = /\$\{([A-Z_][A-Z0-9_]*)\}/.exec(value)?.[1]
    if (unresolved !== undefined) return { value: null, note: `${unresolved} is not set here` }
    return { value: textOf(value), note: null }
  }
  if (!isObject(value)) return { value: null, note: null }
  const id = textOf(value['id']) ?? ''
  switch (value['source']) {
    case 'env': {
      const found = textOf(config.variables[id])
      return { value: found, note: found === null ? `${id} is not set here` : null }
    }
    case 'file':
      return fromFile(textOf(value['provider']), id, config, home)
    default:
      return { value: null, note: 'it is kept where only OpenClaw itself can read it' }
  }
}

async function fromFile(
  provider: string | null,
  id: string,
  config: OpenclawConfigFile,
  home: string,
): Promise<ConfigSecret> {
  const providers = objectAt(config.content, 'secrets', 'providers')
  const chosen = provider ?? textOf(objectAt(config.content, 'secrets', 'defaults')['file']) ?? ''
  const description = objectAt(providers, chosen)
  const file = textOf(description['path'])
  if (file === null) return { value: null, note: `its file provider ${chosen} is not described` }
  const place = path.resolve(path.dirname(config.file), expandHome(file, home))
  try {
    const text = (await readFileCapped(place, maxBytes, { followLinks: true })) ?? ''
    const value = description['mode'] === 'singleValue' ? text : atPointer(JSON.parse(text), id)
    return { value: textOf(value), note: null }
  } catch {
    return { value: null, note: `its file ${place} cannot be read` }
  }
}

/** The value at an absolute JSON pointer, as `/gateway/token`. */
function atPointer(content: unknown, pointer: string): unknown {
  let current = content
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    current = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined
  }
  return current
}

/** What the configuration says of the gateway of this computer. */
export interface LocalGatewayConfig {
  readonly file: string
  readonly stateDir: string
  readonly exists: boolean
  /** Why the file cannot be used, in words. */
  readonly problem: string | null
  readonly port: number
  /** Set where the gateway speaks TLS. */
  readonly certificateFile: string | null
}

/** Reads the configuration of this user's OpenClaw. Never rejects. */
export async function readLocalConfig(
  env: Environment,
  home: string,
): Promise<{ readonly gateway: LocalGatewayConfig; readonly source: OpenclawConfigFile }> {
  const source = await readOpenclawFile(await findOpenclawPlace(env, home), env)
  const settings = objectAt(source.content, 'gateway')
  const port = portOf(env['OPENCLAW_GATEWAY_PORT']) ?? portOf(settings['port']) ?? defaultGatewayPort
  const { file, stateDir, exists, problem } = source
  const certificateFile = certificateOf(settings, source, home)
  return { gateway: { file, stateDir, exists, problem, port, certificateFile }, source }
}

function certificateOf(settings: Json, { stateDir, file }: OpenclawConfigFile, home: string): string | null {
  const tls = objectAt(settings, 'tls')
  if (tls['enabled'] !== true) return null
  const given = textOf(tls['certPath'])
  return given === null
    ? path.join(stateDir, 'gateway', 'tls', 'gateway-cert.pem')
    : path.resolve(path.dirname(file), expandHome(given, home))
}

/**
 * What opens the gateway of this computer, in the order OpenClaw's own clients use: the file's `gateway.auth`, the
 * environment, the file's `gateway.remote`. Read anew at each call and kept nowhere. Rejects with `local.not-running`
 * where it speaks TLS and its certificate does not exist yet: it makes one at its first start.
 */
export async function readLocalEndpoint(
  env: Environment,
  home: string,
  wantedPort: number | null,
): Promise<LocalEndpoint> {
  const { gateway, source } = await readLocalConfig(env, home)
  const auth = objectAt(source.content, 'gateway', 'auth')
  const remote = objectAt(source.content, 'gateway', 'remote')
  const secret = async (kind: 'token' | 'password', variable: string): Promise<string | null> => {
    const own = await resolveSecret(auth[kind], source, home)
    if (own.value !== null) return own.value
    const fromEnv = textOf(source.variables[variable])
    return fromEnv ?? (await resolveSecret(remote[kind], source, home)).value
  }
  const mode = auth['mode']
  return {
    port: wantedPort ?? gateway.port,
    token: mode === 'password' || mode === 'none' ? null : await secret('token', 'OPENCLAW_GATEWAY_TOKEN'),
    password:
      mode === 'token' || mode === 'none' ? null : await secret('password', 'OPENCLAW_GATEWAY_PASSWORD'),
    tls:
      gateway.certificateFile === null ? null : { fingerprint: await fingerprintOf(gateway.certificateFile) },
  }
}

async function fingerprintOf(file: string): Promise<string> {
  try {
    const pem = await readFileCapped(file, maxBytes, { followLinks: true })
    return new X509Certificate(pem ?? '').fingerprint256
  } catch (error) {
    throw failure('local.not-running', {}, { detail: `no certificate in ${file}`, cause: error })
  }
}
