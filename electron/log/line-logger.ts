import type { Clock } from '../platform/clock.ts'
import type { LogFacts, Logger, LogLevel } from './logger.ts'
import type { Redactor } from './redactor.ts'

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }
/** A line is cut here, after redaction: cutting first could leave the head of a secret. */
const longestLine = 8 * 1024

export interface LineLoggerOptions {
  /** Takes one finished line, with its newline. Must not throw. */
  readonly write: (line: string) => void
  readonly clock: Pick<Clock, 'now'>
  readonly redactor: Redactor
  /** Lines below it are not written. Default `info`. */
  readonly level?: LogLevel
}

/**
 * A logger of readable lines: `2026-11-21T02:15:30.123Z warn  ssh: lost, trying again seconds=8 reason="read timeout"`.
 * One call is one line, whatever is in the text.
 */
export function createLineLogger(options: LineLoggerOptions): Logger {
  return scoped(options, '')
}

function scoped(options: LineLoggerOptions, scope: string): Logger {
  const log = (level: LogLevel, message: string, facts?: LogFacts): void => {
    if (ranks[level] < ranks[options.level ?? 'info']) return
    options.write(`${formatLine(options, level, scope, message, facts)}\n`)
  }
  return {
    debug: (message, facts) => log('debug', message, facts),
    info: (message, facts) => log('info', message, facts),
    warn: (message, facts) => log('warn', message, facts),
    error: (message, facts) => log('error', message, facts),
    child: (name) => scoped(options, scope === '' ? name : `${scope}/${name}`),
  }
}

function formatLine(
  { clock, redactor }: LineLoggerOptions,
  level: LogLevel,
  scope: string,
  message: string,
  facts: LogFacts | undefined,
): string {
  const place = scope === '' ? '' : `${scope}: `
  const words = Object.entries(facts ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${formatFact(value, redactor)}`)
  // Once for each part as it came, once for the whole: quoting could hide a secret, joining could make one.
  const line = `${place}${oneLine(redactor.redact(message))}${words.join('')}`
  const stamp = new Date(clock.now()).toISOString()
  return `${stamp} ${level.padEnd(5)} ${cut(oneLine(redactor.redact(line)))}`
}

function formatFact(value: LogFacts[string], redactor: Redactor): string {
  if (typeof value !== 'string') return String(value)
  const clean = redactor.redact(value)
  return /^[^\s"'=\\\p{Cc}]+$/u.test(clean) ? clean : JSON.stringify(clean)
}

/** No text can begin a line of its own, or move the cursor of a terminal the log is shown in. */
const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (letter) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[letter]
    return short ?? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

const cut = (text: string): string => (text.length <= longestLine ? text : `${text.slice(0, longestLine)}…`)
