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
  try {
    // As OpenSSH does: the user database, since HOME may lead elsewhere (a sandbox, sudo).
    const { homedir: home, username: user } = userInfo()
    return { platform: process.platform, home, user, env: process.env }
  } catch {
    // No entry in the user database (some containers).
    const user = process.env['USER'] ?? process.env['USERNAME'] ?? 'root'
    return { platform: process.platform, home: homedir(), user, env: process.env }
  }
}
