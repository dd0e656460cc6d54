export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
/** Small JSON-safe facts that go with a line. Never a secret, never message text. */
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>

/** Where the core writes what it does. Every line passes the redaction of known secrets before it is written. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void
  info(message: string, facts?: LogFacts): void
  warn(message: string, facts?: LogFacts): void
  error(message: string, facts?: LogFacts): void
  /** The same log with a scope in front, such as `ssh`. */
  child(scope: string): Logger
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
}
