import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fingerprintOf, keyTypeOf } from './host-key.ts'
import { matchesPatterns } from './ssh-config.ts'

/** One line of a known_hosts file that has a key. */
export interface KnownHostsEntry {
  readonly marker: 'none' | 'revoked' | 'cert-authority'
  /** Names, patterns, or one hashed name (`|1|salt|hash`). */
  readonly names: string
  readonly key: Buffer
  readonly file: string
  /** From 1. */
  readonly line: number
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'changed'
      readonly file: string
      readonly line: number
      /** Fingerprint of the key on file. */
      readonly expected: string
      /** The name that line goes by, for `ssh-keygen -R`. */
      readonly name: string
    }
  | { readonly kind: 'revoked'; readonly file: string; readonly line: number }

/** Name a host goes by in known_hosts: an alias as it is, else the host, with its port when that is not 22. */
export function knownHostsName(host: string, port: number, alias: string | null): string {
  if (alias !== null) return alias.toLowerCase()
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/**
 * The host keys we know. The user's and the system's files are one group, in which any equal key is good, as in
 * OpenSSH; Hawser's own file is a second one. A revoked or different key in either group wins over a good one.
 */
export class KnownHosts {
  readonly #groups: readonly (readonly KnownHostsEntry[])[]

  constructor(groups: readonly (readonly KnownHostsEntry[])[]) {
    this.#groups = groups
  }

  /** What is known of this key. Never asks, never waits: it is called in the middle of a key exchange. */
  check(key: Buffer, host: string, port: number, alias: string | null): HostKeyVerdict {
    const name = knownHostsName(host, port, alias)
    const verdicts = this.#groups.map((entries) => checkGroup(entries, key, name))
    const worst =
      verdicts.find((verdict) => verdict.kind === 'revoked') ??
      verdicts.find((verdict) => verdict.kind === 'changed') ??
      verdicts.find((verdict) => verdict.kind === 'known')
    if (worst !== undefined) return worst
    // OpenSSH takes a line without a port for any port, but only if the key is the same.
    if (alias === null && port !== 22) {
      const plain = host.toLowerCase()
      if (this.#groups.some((entries) => checkGroup(entries, key, plain).kind === 'known')) {
        return { kind: 'known' }
      }
    }
    return { kind: 'unknown' }
  }

  /** Types of the keys known for a host, so that the server is asked for one of these. */
  knownTypes(host: string, port: number, alias: string | null): readonly string[] {
    const named = (name: string): readonly KnownHostsEntry[] =>
      this.#groups.flat().filter((entry) => entry.marker === 'none' && isNamed(entry, name))
    const exact = named(knownHostsName(host, port, alias))
    const entries = exact.length > 0 || alias !== null ? exact : named(host.toLowerCase())
    return [...new Set(entries.map((entry) => keyTypeOf(entry.key)))]
  }
}

/** Reads known_hosts files; one that cannot be read counts as empty, as in OpenSSH. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHostsEntry[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts.flatMap((text, index) => parseKnownHosts(text, files[index] ?? ''))
}

/** Entries of one file. Lines that make no sense are skipped. */
export function parseKnownHosts(text: string, file: string): readonly KnownHostsEntry[] {
  const entries: KnownHostsEntry[] = []
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const words = raw.trim().split(/\s+/)
    const first = words[0] ?? ''
    if (first === '' || first.startsWith('#')) continue
    const marker = first === '@revoked' ? 'revoked' : first === '@cert-authority' ? 'cert-authority' : 'none'
    if (marker === 'none' && first.startsWith('@')) continue
    const [names, type, base64] = marker === 'none' ? words : words.slice(1)
    if (names === undefined || type === undefined || base64 === undefined) continue
    const key = Buffer.from(base64, 'base64')
    if (keyTypeOf(key) === type) entries.push({ marker, names, key, file, line: index + 1 })
  }
  return entries
}

function checkGroup(entries: readonly KnownHostsEntry[], key: Buffer, name: string): HostKeyVerdict {
  let known = false
  let other: KnownHostsEntry | null = null
  for (const entry of entries) {
    if (!isNamed(entry, name)) continue
    const equal = entry.key.equals(key)
    if (entry.marker === 'revoked' && equal) return { kind: 'revoked', file: entry.file, line: entry.line }
    if (entry.marker !== 'none') continue
    if (equal) known = true
    else other ??= entry
  }
  if (known) return { kind: 'known' }
  if (other === null) return { kind: 'unknown' }
  return { kind: 'changed', file: other.file, line: other.line, expected: fingerprintOf(other.key), name }
}

function isNamed(entry: KnownHostsEntry, name: string): boolean {
  if (!entry.names.startsWith('|1|')) return matchesPatterns(name, entry.names.split(','))
  const [, , salt, hash] = entry.names.split('|')
  if (salt === undefined || hash === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}
