import { existsSync } from 'node:fs'
import path from 'node:path'

interface Need {
  readonly program: string
  /** Debian's package. */
  readonly debianPackage: string
}

/** The real parts that the suites run against. */
const needs: readonly Need[] = [
  { program: 'sshd', debianPackage: 'openssh-server' },
  { program: 'ssh', debianPackage: 'openssh-client' },
  { program: 'chromium', debianPackage: 'chromium' },
  { program: 'gnome-keyring-daemon', debianPackage: 'gnome-keyring' },
  { program: 'dbus-run-session', debianPackage: 'dbus' },
]

type Environment = Readonly<Record<string, string | undefined>>

/** The Debian packages of the programs that are not there. */
export function missingPackages(
  env: Environment,
  exists: (file: string) => boolean = existsSync,
): readonly string[] {
  // Servers live where a user's PATH does not always lead.
  const directories = [...(env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin']
  const has = ({ program }: Need): boolean => {
    const own = program === 'chromium' ? env['HAWSER_CHROMIUM'] : undefined
    return own === undefined ? directories.some((dir) => exists(path.join(dir, program))) : exists(own)
  }
  return needs.filter((need) => !has(need)).map((need) => need.debianPackage)
}

/** What installs them. */
export const installCommand = (packages: readonly string[]): string =>
  `apt-get install --yes --no-install-recommends ${packages.join(' ')}`
