import { readdirSync, readFileSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import type { SshEnvironment } from './ssh-environment.ts'

/** Values by keyword in lower case, as `ssh -G` prints them: the first wins, but for keywords that add up. */
export type SshOptions = ReadonlyMap<string, readonly string[]>

/** One keyword line of a configuration file. */
export interface ConfigLine {
  readonly keyword: string
  readonly args: readonly string[]
  readonly file: string
}

const addingUp = new Set(['identityfile', 'certificatefile'])
/** Keywords whose arguments are several; all others keep the first only. */
const manyArguments = new Set(['userknownhostsfile', 'globalknownhostsfile'])
const deepestInclude = 16

/** The user's and the system's configuration, or the one file that replaces both. */
export function configFiles(environment: SshEnvironment, configFile: string | null): readonly string[] {
  if (configFile !== null) return [configFile]
  const paths = pathsOf(environment)
  return [
    paths.join(environment.home, '.ssh', 'config'),
    paths.join(systemSshDirectory(environment), 'ssh_config'),
  ]
}

/** Where the computer's own SSH files are. */
export function systemSshDirectory(environment: SshEnvironment): string {
  return environment.platform === 'win32'
    ? win32.join(environment.env['ProgramData'] ?? 'C:\\ProgramData', 'ssh')
    : '/etc/ssh'
}

/**
 * Reads the options for a host as OpenSSH would, for computers without an `ssh` program. Knows Host, Include and Match
 * by host, originalhost, user and all; a Match on anything else never applies. Unreadable files count as empty.
 */
export function readSshConfig(
  files: readonly string[],
  asked: { readonly host: string; readonly user: string | null },
  environment: SshEnvironment,
): SshOptions {
  const options = new Map<string, string[]>()
  const first = (keyword: string): string | undefined => options.get(keyword)?.[0]
  const take = (line: ConfigLine): void => {
    const values = manyArguments.has(line.keyword) ? line.args : line.args.slice(0, 1)
    if (!options.has(line.keyword)) options.set(line.keyword, [...values])
    else if (addingUp.has(line.keyword)) options.get(line.keyword)?.push(...values)
  }
  const applies = (line: ConfigLine): boolean => {
    if (line.keyword === 'host') return matchesPatterns(asked.host, line.args)
    return matchApplies(line.args, {
      host: first('hostname') ?? asked.host,
      originalhost: asked.host,
      user: asked.user ?? first('user') ?? environment.user,
    })
  }
  // An included file lives inside the block that includes it, and its own blocks end with it.
  const read = (file: string, active: boolean, depth: number): void => {
    const top = active
    let on = active
    for (const line of readLines(file)) {
      if (line.keyword === 'host' || line.keyword === 'match') on = top && applies(line)
      else if (line.keyword === 'include') {
        if (!on || depth >= deepestInclude) continue
        for (const included of includedFiles(line, environment)) read(included, on, depth + 1)
      } else if (on) take(line)
    }
  }
  for (const file of files) read(file, true, 0)
  return options
}

/** Keyword lines of a file, quotes resolved. An unreadable file has none. */
export function readLines(file: string): readonly ConfigLine[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const lines: ConfigLine[] = []
  for (const raw of text.split(/\r?\n/)) {
    const parts = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/.exec(raw)
    if (parts) lines.push({ keyword: (parts[1] ?? '').toLowerCase(), args: splitWords(parts[2] ?? ''), file })
  }
  return lines
}

/** Files an Include line names, wildcards resolved, in the order of their names. */
export function includedFiles(line: ConfigLine, environment: SshEnvironment): readonly string[] {
  const paths = pathsOf(environment)
  const system = systemSshDirectory(environment)
  // A file given with -F counts as the user's, wherever it is.
  const base = line.file.startsWith(system) ? system : paths.join(environment.home, '.ssh')
  return line.args.flatMap((arg) => {
    const path = expandTilde(arg, environment)
    return expandWildcards(paths.isAbsolute(path) ? path : paths.join(base, path), environment)
  })
}

/** Splits a line at blanks, keeping what is quoted together and leaving out a comment at the end. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = []
  let word = ''
  let quote = ''
  let started = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    const next = text.charAt(i + 1)
    if (char === '\\' && (next === '\\' || next === '"' || next === "'" || (next === ' ' && quote === ''))) {
      word += next
      started = true
      i++
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '"' || char === "'") {
      quote = char
      started = true
    } else if (char === ' ' || char === '\t') {
      if (started) words.push(word)
      word = ''
      started = false
    } else if (char === '#' && !started) {
      break
    } else {
      word += char
      started = true
    }
  }
  if (started) words.push(word)
  return words
}

/** OpenSSH's pattern list: `*`, `?`, and `!` to rule out. */
export function matchesPatterns(text: string, patterns: readonly string[]): boolean {
  let matched = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (!wildcard(negated ? pattern.slice(1) : pattern).test(text)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** `~` at the start of a path. `~other` stays as it is: there is no portable way to know it. */
export function expandTilde(path: string, environment: SshEnvironment): string {
  if (path === '~') return environment.home
  return /^~[/\\]/.test(path) ? pathsOf(environment).join(environment.home, path.slice(2)) : path
}

export const pathsOf = (environment: SshEnvironment): typeof posix =>
  environment.platform === 'win32' ? win32 : posix

function matchApplies(
  args: readonly string[],
  facts: { readonly host: string; readonly originalhost: string; readonly user: string },
): boolean {
  for (let i = 0; i < args.length; i++) {
    const raw = args[i] ?? ''
    const negated = raw.startsWith('!')
    const criterion = (negated ? raw.slice(1) : raw).toLowerCase()
    if (criterion === 'all') continue
    if (criterion !== 'host' && criterion !== 'originalhost' && criterion !== 'user') return false
    i++
    if (matchesPatterns(facts[criterion], (args[i] ?? '').split(',')) === negated) return false
  }
  return args.length > 0
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i')
}

function expandWildcards(path: string, environment: SshEnvironment): readonly string[] {
  if (!/[*?]/.test(path)) return [path]
  const paths = pathsOf(environment)
  const { root } = paths.parse(path)
  let found = [root]
  for (const part of path.slice(root.length).split(/[/\\]/)) {
    if (!/[*?]/.test(part)) found = found.map((directory) => paths.join(directory, part))
    else {
      const matching = wildcard(part)
      found = found.flatMap((directory) =>
        namesIn(directory)
          .filter((name) => matching.test(name) && (part.startsWith('.') || !name.startsWith('.')))
          .sort()
          .map((name) => paths.join(directory, name)),
      )
    }
  }
  return found
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
