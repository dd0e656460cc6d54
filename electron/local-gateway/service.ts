import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Spawner } from '../platform/spawn.ts'
import type { Environment } from './openclaw-files.ts'

type ServiceManager = 'systemd' | 'launchd' | 'scheduled-task'

/** A gateway that is installed as a service of this user. */
export interface InstalledService {
  readonly manager: ServiceManager
  /** Unit, label or task name. */
  readonly name: string
}

export interface ServiceOptions {
  readonly env: Environment
  readonly home: string
  readonly platform: NodeJS.Platform
  readonly spawner: Pick<Spawner, 'run'>
}

const quickMs = 10_000

/**
 * The gateway service of this user, or null. OpenClaw installs one for its standard directories only, so with others
 * (`OPENCLAW_STATE_DIR` and the like) a service that may exist is somebody else's. Never rejects.
 */
export async function findService(options: ServiceOptions): Promise<InstalledService | null> {
  const { env } = options
  const elsewhere = ['OPENCLAW_STATE_DIR', 'OPENCLAW_CONFIG_PATH', 'OPENCLAW_HOME'].some(
    (name) => (env[name] ?? '') !== '',
  )
  if (elsewhere) return null
  const profile = env['OPENCLAW_PROFILE'] ?? ''
  if (options.platform === 'win32') return findTask(profile, options)
  return options.platform === 'darwin' ? findLaunchAgent(profile, options) : findUnit(profile, options)
}

async function findUnit(profile: string, { env, home }: ServiceOptions): Promise<InstalledService | null> {
  const dir = path.join(env['XDG_CONFIG_HOME'] ?? path.join(home, '.config'), 'systemd', 'user')
  const suffix = profile === '' ? '' : `-${profile}`
  for (const name of [`openclaw-gateway${suffix}.service`, `clawdbot-gateway${suffix}.service`]) {
    if (await isFile(path.join(dir, name))) return { manager: 'systemd', name }
  }
  return null
}

async function findLaunchAgent(profile: string, { home }: ServiceOptions): Promise<InstalledService | null> {
  const label = profile === '' ? 'ai.openclaw.gateway' : `ai.openclaw.${profile}`
  const plist = path.join(home, 'Library', 'LaunchAgents', `${label}.plist`)
  return (await isFile(plist)) ? { manager: 'launchd', name: label } : null
}

async function findTask(profile: string, { spawner }: ServiceOptions): Promise<InstalledService | null> {
  const name = profile === '' ? 'OpenClaw Gateway' : `OpenClaw Gateway (${profile})`
  const query = spawner.run('schtasks.exe', ['/Query', '/TN', name], { timeoutMs: quickMs })
  const found = await query.then(
    ({ code }) => code === 0,
    () => false,
  )
  return found ? { manager: 'scheduled-task', name } : null
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  )

/** Whether the service itself has the gateway running (and not somebody at a terminal). Never rejects. */
export async function isServiceActive(service: InstalledService, options: ServiceOptions): Promise<boolean> {
  const ask = async (command: string, args: readonly string[]): Promise<string | null> => {
    const answer = await options.spawner.run(command, args, { timeoutMs: quickMs }).catch(() => null)
    return answer?.code === 0 ? answer.stdout : null
  }
  switch (service.manager) {
    case 'systemd':
      return (await ask('systemctl', ['--user', 'is-active', service.name]))?.trim() === 'active'
    case 'launchd':
      return /state = running/.test(
        (await ask('launchctl', ['print', `${guiDomain()}/${service.name}`])) ?? '',
      )
    case 'scheduled-task':
      // Its state is told in the user's language only; that it exists and a gateway answers has to do.
      return true
  }
}

const guiDomain = (): string => `gui/${process.getuid?.() ?? 0}`

/** A command that drives the service: OpenClaw's own, which knows its repairs; the system's where it is missing. */
export interface ServiceCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly timeoutMs: number
}

/** What starts or stops the service. `openclaw`: how to run its command line, null where it was not found. */
export function serviceCommand(
  service: InstalledService,
  act: 'start' | 'stop',
  openclaw: { readonly node: string; readonly script: string } | null,
): ServiceCommand {
  // Stopping waits for work that goes on: OpenClaw gives it up to 330 s.
  const timeoutMs = act === 'start' ? 120_000 : 345_000
  if (openclaw !== null) {
    // Without a terminal, stopping wants to be told that it is meant.
    const args = ['gateway', act, ...(act === 'stop' ? ['--force'] : []), '--json']
    return { command: openclaw.node, args: [openclaw.script, ...args], timeoutMs }
  }
  switch (service.manager) {
    case 'systemd':
      return { command: 'systemctl', args: ['--user', act, service.name], timeoutMs }
    case 'launchd': {
      const target = `${guiDomain()}/${service.name}`
      return {
        command: 'launchctl',
        args: act === 'start' ? ['kickstart', target] : ['bootout', target],
        timeoutMs,
      }
    }
    case 'scheduled-task':
      return {
        command: 'schtasks.exe',
        args: [act === 'start' ? '/Run' : '/End', '/TN', service.name],
        timeoutMs,
      }
  }
}

/** The last lines of the service's log, where the system keeps one. Never rejects. */
export async function serviceLog(
  service: InstalledService,
  options: ServiceOptions,
): Promise<readonly string[]> {
  if (service.manager !== 'systemd') return []
  const args = ['--user', '-u', service.name, '-n', '200', '-o', 'cat', '--no-pager']
  const answer = await options.spawner.run('journalctl', args, { timeoutMs: quickMs }).catch(() => null)
  return answer?.code === 0 ? answer.stdout.split('\n').filter((line) => line !== '') : []
}
