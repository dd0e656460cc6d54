import { homedir, userInfo } from 'node:os'

/** What OpenSSH's own rules depend on; tests bring their own. */
export interface SshEnvironment {
  readonly platform: NodeJS.Platform
  readonly home: string
  /** Name of the local user: the default user name and `%u`. */
  readonly user: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** This computer and the person at it. */
export function systemSshEnvironment(): SshEnvironment {
  return { platform: process.platform, home: homedir(), user: localUser(), env: process.env }
}

function localUser(): string {
  try {
    return userInfo().username
  } catch {
    // No entry in the user database (some containers).
    return process.env['USER'] ?? process.env['USERNAME'] ?? 'root'
  }
}
