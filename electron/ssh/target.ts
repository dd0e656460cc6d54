import { failure } from '../../shared/result.ts'

/** An ssh destination as typed, taken apart. Null where nothing was typed: the configuration decides. */
export interface ParsedSshTarget {
  readonly user: string | null
  /** A name, an alias, or an address without brackets. */
  readonly host: string
  readonly port: number | null
}

// What OpenSSH itself refuses (since 10.1), and what could be taken for an option or end a line.
const forbiddenInHost = /[\s\p{Cc}'"`$\\;&<>|(){}[\],/@?*!#]/u
const forbiddenInUser = /[\s\p{Cc}'"`;&<>|(){}]/u

/**
 * Reads `user@host[:port]`, `user@[v6]:port`, a bare address or an alias; `ssh://` in front is fine.
 * Throws `target.unknown` for anything that could be read as an option or hides a character.
 */
export function parseSshTarget(typed: string): ParsedSshTarget {
  const text = typed.replace(/^ssh:\/\//i, '').replace(/\/$/, '')
  const refuse = (reason: string): never => {
    throw failure('target.unknown', { target: printable(typed), reason })
  }
  // The last @ splits, as in OpenSSH: user names may hold one.
  const split = text.lastIndexOf('@')
  const user = split < 0 ? null : text.slice(0, split)
  const place = text.slice(split + 1)
  if (user !== null) {
    if (user === '') refuse('the user name is missing')
    if (user.startsWith('-') || user.endsWith('\\') || forbiddenInUser.test(user)) {
      refuse('the user name has characters that are not allowed')
    }
  }
  const { host, port } = splitPort(place) ?? refuse('the port is not a number')
  if (host === '') refuse('the host is missing')
  if (host.startsWith('-') || forbiddenInHost.test(host)) {
    refuse('the host has characters that are not allowed')
  }
  if (port !== null && (port < 1 || port > 65535)) refuse('the port must be between 1 and 65535')
  return { user, host, port }
}

function splitPort(place: string): { host: string; port: number | null } | null {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place)
  if (bracketed) return withPort(bracketed[1] ?? '', bracketed[2])
  const colon = place.indexOf(':')
  // More than one colon: an IPv6 address without a port.
  if (colon < 0 || place.indexOf(':', colon + 1) >= 0) return { host: place, port: null }
  return withPort(place.slice(0, colon), place.slice(colon + 1))
}

function withPort(host: string, port: string | undefined): { host: string; port: number | null } | null {
  if (port === undefined) return { host, port: null }
  return /^\d{1,5}$/.test(port) ? { host, port: Number(port) } : null
}

const printable = (text: string): string => text.replace(/\p{Cc}/gu, '?').slice(0, 200)
