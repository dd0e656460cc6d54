import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Spawner } from '../platform/spawn.ts'
import { compare, parseVersion, satisfies } from './node-range.ts'
import type { Environment } from './openclaw-files.ts'

/** An OpenClaw that is installed on this computer. */
interface FoundOpenclaw {
  /** The command as a person would name it. */
  readonly command: string
  /** The script that Node runs. */
  readonly script: string
  readonly version: string
  /** The Node versions it says it needs. */
  readonly nodeRange: string
}

interface FoundNode {
  readonly path: string
  readonly version: string
}

/** What was found. `nodeProblem`: why no Node serves, in words, with what was met on the way. */
export interface Installation {
  readonly openclaw: FoundOpenclaw | null
  readonly node: FoundNode | null
  readonly nodeProblem: string | null
}

export interface FindOptions {
  /** Paths the user set; they are tried alone. */
  readonly openclawPath: string | null
  readonly nodePath: string | null
  readonly env: Environment
  readonly home: string
  readonly platform: NodeJS.Platform
  readonly spawner: Pick<Spawner, 'run'>
}

/** What OpenClaw needed before it said so in its package. */
const oldestKnownRange = '>=22.19.0'

/**
 * Finds OpenClaw and a Node that can run it: paths of the settings, then PATH, then the places installers use (a
 * program started from a desktop does not have the PATH of the user's shell). Never rejects. A Node is asked for its
 * version; Electron's own binary is never taken for one.
 */
export async function findInstallation(options: FindOptions): Promise<Installation> {
  const dirs = await searchDirs(options)
  const openclaw = await findOpenclaw(options, dirs)
  const range = openclaw?.nodeRange ?? oldestKnownRange
  return { openclaw, ...(await findNode(options, openclaw, dirs, range)) }
}

async function searchDirs({ env, home, platform }: FindOptions): Promise<readonly string[]> {
  const onPath = (env['PATH'] ?? env['Path'] ?? '')
    .split(path.delimiter)
    .filter((dir) => path.isAbsolute(dir))
  const inHome = (...parts: readonly string[]): string => path.join(home, ...parts)
  const versions = await Promise.all([
    newestFirst(env['NVM_DIR'] ?? inHome('.nvm'), 'versions/node', 'bin'),
    newestFirst(env['FNM_DIR'] ?? inHome('.local/share/fnm'), 'node-versions', 'installation/bin'),
    newestFirst(inHome('Library/Application Support/fnm'), 'node-versions', 'installation/bin'),
    newestFirst(inHome('.volta/tools/image'), 'node', 'bin'),
    newestFirst(inHome('.local/share/mise/installs'), 'node', 'bin'),
  ])
  const prefix = env['NPM_CONFIG_PREFIX'] ?? env['npm_config_prefix'] ?? (await npmrcPrefix(home))
  if (platform === 'win32') {
    const roaming = env['APPDATA'] ?? inHome('AppData/Roaming')
    const programs = env['ProgramFiles'] ?? 'C:\\Program Files'
    return [...new Set([...onPath, path.join(roaming, 'npm'), path.join(programs, 'nodejs')])]
  }
  const ofUser = [
    ...(prefix === null ? [] : [path.join(prefix, 'bin')]),
    ...['.npm-global/bin', '.local/bin', '.openclaw/bin', '.volta/bin', '.bun/bin'].map((dir) => inHome(dir)),
    env['PNPM_HOME'] ?? inHome(platform === 'darwin' ? 'Library/pnpm' : '.local/share/pnpm'),
  ]
  const ofSystem = [
    '/opt/homebrew/bin',
    '/home/linuxbrew/.linuxbrew/bin',
    '/usr/local/bin',
    '/usr/bin',
    '/snap/bin',
  ]
  return [...new Set([...onPath, ...ofUser, ...versions.flat(), ...ofSystem])]
}

async function newestFirst(base: string, middle: string, end: string): Promise<readonly string[]> {
  const dir = path.join(base, middle)
  const names = await readdir(dir).catch(() => [])
  const sorted = names
    .map((name) => ({ name, version: parseVersion(name) }))
    .filter(({ version }) => version !== null)
    .sort((a, b) => compare(b.version ?? [0, 0, 0], a.version ?? [0, 0, 0]))
  return sorted.map(({ name }) => path.join(dir, name, end))
}

async function npmrcPrefix(home: string): Promise<string | null> {
  const text = await readFile(path.join(home, '.npmrc'), 'utf8').catch(() => '')
  const prefix = /^\s*prefix\s*=\s*["']?(.+?)["']?\s*$/m.exec(text)?.[1]
  return prefix === undefined ? null : prefix.replace(/^~(?=\/)|^\$\{HOME\}/, home)
}

async function findOpenclaw(options: FindOptions, dirs: readonly string[]): Promise<FoundOpenclaw | null> {
  if (options.openclawPath !== null) return inspectCommand(options.openclawPath)
  const names = options.platform === 'win32' ? ['openclaw.cmd', 'openclaw'] : ['openclaw', 'clawdbot']
  for (const dir of dirs) {
    for (const name of names) {
      const found = await inspectCommand(path.join(dir, name))
      if (found !== null) return found
    }
  }
  return null
}

/** The package behind a command: a link into it, a shim that names it, or a directory next to it. Also the script itself. */
async function inspectCommand(command: string): Promise<FoundOpenclaw | null> {
  const real = await realpath(command).catch(() => null)
  if (real === null) return null
  const dir = path.dirname(command)
  const candidates = [
    (await isDirectory(real)) ? real : path.dirname(real),
    path.dirname(path.dirname(real)),
    ...(await packageInShim(real, dir)),
    ...['openclaw', 'clawdbot'].flatMap((name) => [
      path.join(dir, 'node_modules', name),
      path.join(dir, '..', 'lib', 'node_modules', name),
      path.join(dir, '..', 'tools', 'image', 'packages', name, 'lib', 'node_modules', name),
    ]),
  ]
  for (const candidate of candidates) {
    const found = await readPackage(candidate, command)
    if (found !== null) return found
  }
  return null
}

const isDirectory = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Shims of pnpm and of Windows spell the way to the package out, from their own directory. */
async function packageInShim(file: string, dir: string): Promise<readonly string[]> {
  const found = await stat(file).catch(() => null)
  if (found === null || !found.isFile() || found.size > 64 * 1024) return []
  const text = await readFile(file, 'utf8').catch(() => '')
  const match = /([^\s"'=]*node_modules[\\/](?:openclaw|clawdbot))[\\/][^\s"']*\.m?js/.exec(text)?.[1]
  if (match === undefined) return []
  return [path.resolve(dir, match.replace(/^(?:\$basedir|%~dp0|%dp0%)[\\/]?/, '').replaceAll('\\', '/'))]
}

async function readPackage(dir: string, command: string): Promise<FoundOpenclaw | null> {
  try {
    const raw = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8')) as {
      readonly name?: unknown
      readonly version?: unknown
      readonly bin?: unknown
      readonly engines?: { readonly node?: unknown }
    }
    if (raw.name !== 'openclaw' && raw.name !== 'clawdbot') return null
    const bins = typeof raw.bin === 'object' && raw.bin !== null ? (raw.bin as Record<string, unknown>) : {}
    const bin = typeof raw.bin === 'string' ? raw.bin : bins[raw.name]
    const range = raw.engines?.node
    return {
      command,
      script: path.join(dir, typeof bin === 'string' ? bin : 'openclaw.mjs'),
      version: typeof raw.version === 'string' ? raw.version : 'unknown',
      nodeRange: typeof range === 'string' ? range : oldestKnownRange,
    }
  } catch {
    return null
  }
}

async function findNode(
  options: FindOptions,
  openclaw: FoundOpenclaw | null,
  dirs: readonly string[],
  range: string,
): Promise<Pick<Installation, 'node' | 'nodeProblem'>> {
  const name = options.platform === 'win32' ? 'node.exe' : 'node'
  const beside = openclaw === null ? [] : [path.dirname(openclaw.command)]
  const candidates =
    options.nodePath === null ? [...beside, ...dirs].map((dir) => path.join(dir, name)) : [options.nodePath]
  let met: FoundNode | null = null
  for (const candidate of await distinctFiles(candidates)) {
    const version = await nodeVersion(candidate, options.spawner)
    if (version === null) continue
    if (satisfies(version, range)) return { node: { path: candidate, version }, nodeProblem: null }
    met ??= { path: candidate, version }
  }
  const found = met === null ? '' : `; ${met.path} is ${met.version}`
  return { node: null, nodeProblem: `it needs Node ${range}${found}` }
}

/** Existing files, each real file once, and never the binary this process runs on if that is Electron's. */
async function distinctFiles(files: readonly string[]): Promise<readonly string[]> {
  const seen = new Set<string>()
  if (process.versions['electron'] !== undefined) seen.add(process.execPath)
  const distinct: string[] = []
  for (const file of files) {
    const real = await realpath(file).catch(() => null)
    if (real === null || seen.has(real)) continue
    seen.add(real)
    distinct.push(file)
  }
  return distinct
}

async function nodeVersion(file: string, spawner: Pick<Spawner, 'run'>): Promise<string | null> {
  try {
    const { code, stdout } = await spawner.run(file, ['--version'], { timeoutMs: 5000, maxBytes: 4096 })
    const version = stdout.trim()
    return code === 0 && /^v\d+\.\d+\.\d+/.test(version) ? version : null
  } catch {
    return null
  }
}
