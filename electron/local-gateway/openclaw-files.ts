import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import json5 from 'json5'
import { readFileCapped } from '../platform/files.ts'

export type Environment = Readonly<Record<string, string | undefined>>
type Json = Readonly<Record<string, unknown>>

/** Which configuration file an OpenClaw of this user uses, and the state directory that goes with it. */
export interface OpenclawPlace {
  readonly file: string
  readonly stateDir: string
}

/** A configuration file as OpenClaw itself would understand it, as far as that can be told without running it. */
export interface OpenclawConfigFile extends OpenclawPlace {
  readonly exists: boolean
  /** With includes merged and `${NAME}` replaced. Empty where the file is absent or cannot be read. */
  readonly content: Json
  /** The environment the gateway would see: the process's, then `.env` of the state directory, then the file's own. */
  readonly variables: Environment
  /** Why the file cannot be used, in words; null: it can. */
  readonly problem: string | null
}

const maxBytes = 4 * 1024 * 1024
const deepestInclude = 10

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** `~/x` as OpenClaw reads it in its settings. */
export function expandHome(file: string, home: string): string {
  return file === '~' || file.startsWith('~/') ? path.join(home, file.slice(1)) : file
}

/**
 * Where the configuration is: the variables OpenClaw obeys, then its directory in the home, then the names it had
 * before (Clawdbot). The first that exists; else where a new one would be.
 */
export async function findOpenclawPlace(env: Environment, home: string): Promise<OpenclawPlace> {
  const places = placesFor(env, home)
  for (const place of places) if (await exists(place.file)) return place
  return places[0] ?? { file: path.join(home, '.openclaw', 'openclaw.json'), stateDir: home }
}

function placesFor(env: Environment, home: string): readonly OpenclawPlace[] {
  const base = env['OPENCLAW_HOME'] ?? home
  const profile = env['OPENCLAW_PROFILE']
  const standard = path.join(
    base,
    profile === undefined || profile === '' ? '.openclaw' : `.openclaw-${profile}`,
  )
  const stateDir = env['OPENCLAW_STATE_DIR'] ?? env['CLAWDBOT_STATE_DIR']
  const dirs =
    stateDir === undefined ? [standard, path.join(base, '.clawdbot')] : [expandHome(stateDir, home)]
  const configPath = env['OPENCLAW_CONFIG_PATH'] ?? env['CLAWDBOT_CONFIG_PATH']
  if (configPath !== undefined && configPath !== '') {
    return [{ file: expandHome(configPath, home), stateDir: dirs[0] ?? standard }]
  }
  return dirs.flatMap((dir) =>
    ['openclaw.json', 'clawdbot.json'].map((name) => ({ file: path.join(dir, name), stateDir: dir })),
  )
}

/** All configurations of this user: the current one and those of named profiles (`~/.openclaw-<name>`). */
export async function listOpenclawPlaces(env: Environment, home: string): Promise<readonly OpenclawPlace[]> {
  const current = await findOpenclawPlace(env, home)
  const names = await readdir(home).catch(() => [])
  const profiles = names
    .filter((name) => name.startsWith('.openclaw-'))
    .map((name) => ({ file: path.join(home, name, 'openclaw.json'), stateDir: path.join(home, name) }))
  const all = [current, ...profiles.filter(({ file }) => file !== current.file)]
  const found = await Promise.all(all.map(({ file }) => exists(file)))
  return all.filter((_place, at) => found[at])
}

/** Reads a configuration file. Never rejects, never writes, never runs anything. */
export async function readOpenclawFile(
  place: OpenclawPlace,
  processEnv: Environment,
): Promise<OpenclawConfigFile> {
  const dotEnv = await readFileCapped(path.join(place.stateDir, '.env'), maxBytes, { followLinks: true })
    .then((text) => parseDotEnv(text ?? ''))
    .catch(() => ({}))
  const outside: Environment = { ...dotEnv, ...definedOf(processEnv) }
  try {
    const text = await readFileCapped(place.file, maxBytes, { followLinks: true })
    if (text === null) return { ...place, exists: false, content: {}, variables: outside, problem: null }
    const parsed: unknown = json5.parse(text)
    const merged = await withIncludes(parsed, place.file, path.dirname(place.file), 0)
    const variables = { ...inlineVariables(merged), ...outside }
    const content = substitute(merged, variables)
    if (!isObject(content)) throw new Error('it holds no object')
    return { ...place, exists: true, content, variables, problem: null }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { ...place, exists: true, content: {}, variables: outside, problem }
  }
}

const definedOf = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

/** `NAME=value` lines; quotes around the value and a leading `export` are dropped. */
export function parseDotEnv(text: string): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || raw === undefined) continue
    const quoted = /^(["'])(.*)\1$/.exec(raw)
    variables[name] = quoted?.[2] ?? raw.replace(/\s+#.*$/, '')
  }
  return variables
}

function inlineVariables(content: unknown): Record<string, string> {
  const env = isObject(content) ? content['env'] : undefined
  const vars = isObject(env) ? (env['vars'] ?? env) : {}
  const entries = Object.entries(isObject(vars) ? vars : {})
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** `${NAME}` becomes its value; an unknown one stays as it is, and `$${NAME}` stands for itself. */
export function substitute(value: unknown, variables: Environment): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/(\$?)\$\{([A-Z_][A-Z0-9_]*)\}/g, (whole, escape: string, name: string) =>
      escape === '' ? (variables[name] ?? whole) : whole.slice(1),
    )
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substitute(inner, variables)]))
}

/**
 * Puts in what `$include` names. Files outside `root`, too deep or missing are left out rather than refused: what we
 * look for (the gateway's port, the remote's address) seldom is in them, and OpenClaw itself reports them.
 */
async function withIncludes(value: unknown, file: string, root: string, depth: number): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withIncludes(item, file, root, depth)))
  if (!isObject(value)) return value
  const { $include: include, ...own } = value
  const entries = Object.entries(own).map(
    async ([key, inner]) => [key, await withIncludes(inner, file, root, depth)] as const,
  )
  const siblings = Object.fromEntries(await Promise.all(entries))
  if (include === undefined || depth >= deepestInclude) return siblings
  const names = (Array.isArray(include) ? include : [include]).filter((name) => typeof name === 'string')
  const parts = await Promise.all(names.map((name) => readInclude(name, file, root, depth)))
  if (parts.length === 1 && Object.keys(siblings).length === 0) return parts[0]
  return [...parts, siblings].reduce<unknown>(mergeDeep, {})
}

async function readInclude(name: string, file: string, root: string, depth: number): Promise<unknown> {
  const target = path.resolve(path.dirname(file), name)
  if (path.relative(root, target).startsWith('..')) return {}
  try {
    const text = await readFileCapped(target, maxBytes, { followLinks: true })
    return text === null ? {} : await withIncludes(json5.parse(text), target, root, depth + 1)
  } catch {
    return {}
  }
}

function mergeDeep(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return over
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(merged, key) ? mergeDeep(merged[key], value) : value
  }
  return merged
}
