import path from 'node:path'
import type { LocalGatewayView } from '../../shared/model/local-gateway.ts'
import type { Preferences } from '../../shared/model/settings.ts'
import { AppFailure, failure, toAppError, type AppError } from '../../shared/result.ts'
import type { Logger } from '../log/logger.ts'
import type { Redactor } from '../log/redactor.ts'
import { delay, type Clock } from '../platform/clock.ts'
import { Emitter, type Disposable } from '../platform/disposable.ts'
import { describePortOwner, findPortOwner } from '../platform/port-owner.ts'
import type { Spawner } from '../platform/spawn.ts'
import { findInstallation, type Installation } from './find-openclaw.ts'
import type { LocalEndpoint, LocalGateway } from './local-gateway.ts'
import { readLocalConfig, readLocalEndpoint, type LocalGatewayConfig } from './openclaw-config.ts'
import type { Environment } from './openclaw-files.ts'
import { probeGateway, type ProbeResult } from './probe.ts'
import { findService, isServiceActive, serviceCommand, serviceLog, type InstalledService } from './service.ts'
import { SupervisedChild, type ChildSpec } from './supervised-child.ts'

export interface LocalGatewayOptions {
  readonly spawner: Spawner
  readonly clock: Clock
  readonly log: Logger
  readonly preferences: () => Pick<Preferences, 'openclawPath' | 'nodePath'>
  readonly env: Environment
  readonly home: string
  readonly dataDir: string
  readonly redactor: Redactor
  readonly platform?: NodeJS.Platform
  /** How to look at a port; tests may say what is there. */
  readonly probe?: (port: number, tls: boolean) => Promise<ProbeResult>
}

/** What the last look found. */
interface Look {
  readonly config: LocalGatewayConfig
  readonly installation: Installation
  readonly service: InstalledService | null
  readonly serviceActive: boolean
  readonly probe: ProbeResult
  readonly at: number
}

const serviceReadyMs = 180_000
const probeEveryMs = 500

/** The gateway of this computer: found, attached to, started, supervised, stopped. See {@link LocalGateway}. */
export function createLocalGateway(options: LocalGatewayOptions): LocalGateway {
  return new LocalGatewayService(options)
}

class LocalGatewayService implements LocalGateway {
  readonly #options: Required<LocalGatewayOptions>
  readonly #changed: Emitter<void>
  readonly #child: SupervisedChild
  #look: Look | null = null
  #looking: Promise<Look> | null = null
  /** What a start or stop of the service is about; null when none runs. */
  #driving: 'starting' | 'stopping' | null = null
  #starting: Promise<void> | null = null
  #error: AppError | null = null
  #serviceLog: readonly string[] = []

  constructor(options: LocalGatewayOptions) {
    this.#options = {
      platform: process.platform,
      probe: probeGateway,
      ...options,
      spawner: inEnvironment(options),
    }
    this.#changed = new Emitter((error) =>
      options.log.error('a local gateway listener failed', { error: String(error) }),
    )
    this.#child = new SupervisedChild({
      ...this.#options,
      // The child's environment is made from scratch by the supervisor.
      spawner: options.spawner,
      dir: path.join(options.dataDir, 'local-gateway'),
      onChange: () => this.#onChildChange(),
    })
  }

  view(): LocalGatewayView {
    const look = this.#look
    const found = look?.installation.openclaw ?? null
    const version = this.#child.active ? this.#child.version : look === null ? null : versionOf(look.probe)
    return {
      state: this.#state(),
      owner: this.#owner(),
      service: look?.service?.manager ?? null,
      port: (this.#child.active ? this.#child.port : null) ?? look?.config.port ?? null,
      version: version ?? found?.version ?? null,
      openclawPath: found?.command ?? null,
      nodePath: look?.installation.node?.path ?? null,
      configFile: look?.config.file ?? null,
      checkedAt: look?.at ?? null,
      error: this.#shownError(),
      logTail: [...(this.#serviceLog.length > 0 ? this.#serviceLog : this.#child.logTail())],
    }
  }

  onChange(listener: () => void): Disposable {
    return this.#changed.on(listener)
  }

  async look(): Promise<void> {
    await this.#lookNow()
  }

  async endpoint(port: number | null): Promise<LocalEndpoint> {
    const endpoint = await readLocalEndpoint(this.#options.env, this.#options.home, port)
    for (const secret of [endpoint.token, endpoint.password]) {
      if (secret !== null) this.#options.redactor.add(secret)
    }
    return endpoint
  }

  start(): Promise<void> {
    this.#starting ??= this.#startOnce()
      .catch((error: unknown) => {
        // Stopped while it started: that was wanted.
        if (!(error instanceof AppFailure && error.code === 'local.not-running'))
          this.#error = toAppError(error)
        this.#changed.emit()
        throw error
      })
      .finally(() => (this.#starting = null))
    return this.#starting
  }

  async stop(): Promise<void> {
    if (this.#child.active) {
      await this.#child.stop()
      await this.#lookNow()
      return
    }
    const look = await this.#lookNow()
    if (!answers(look.probe)) return
    if (look.service === null || !look.serviceActive) {
      const reason = 'this gateway was not started by Hawser, so it is stopped where it was started'
      throw failure('input.invalid', { reason })
    }
    await this.#drive(look.service, 'stop', look.installation)
    await this.#lookNow()
  }

  async close(policy: 'stop' | 'leave'): Promise<void> {
    await this.#child.close(policy)
  }

  async #startOnce(): Promise<void> {
    this.#error = null
    this.#serviceLog = []
    const look = await this.#lookNow()
    if (this.#child.state === 'starting') return this.#child.start(specOf(look))
    if (answers(look.probe)) return
    if (look.probe.state === 'stranger') throw await this.#portTaken(look.config.port)
    if (look.service !== null) {
      await this.#drive(look.service, 'start', look.installation)
      await this.#waitForService(look)
      await this.#lookNow()
      return
    }
    await this.#child.start(specOf(look))
    await this.#lookNow()
  }

  /** What the last look saw on the port was the child; with it gone, nothing is there. */
  #onChildChange(): void {
    if (!this.#child.active && this.#look !== null)
      this.#look = { ...this.#look, probe: { state: 'nothing' } }
    this.#changed.emit()
  }

  #lookNow(): Promise<Look> {
    this.#looking ??= this.#inspect().finally(() => (this.#looking = null))
    return this.#looking
  }

  async #inspect(): Promise<Look> {
    const { env, home, platform, spawner, clock } = this.#options
    const { gateway: config } = await readLocalConfig(env, home)
    const [installation, service, probe] = await Promise.all([
      findInstallation({ ...this.#options.preferences(), env, home, platform, spawner }),
      findService({ env, home, platform, spawner }),
      this.#options.probe(config.port, config.certificateFile !== null),
    ])
    const serviceActive =
      service !== null && answers(probe) && (await isServiceActive(service, { env, home, platform, spawner }))
    const look = { config, installation, service, serviceActive, probe, at: clock.now() }
    this.#look = look
    await this.#child.adopt({
      node: installation.node?.path ?? '',
      script: installation.openclaw?.script ?? '',
      port: config.port,
      tls: config.certificateFile !== null,
    })
    if (answers(probe)) this.#error = null
    this.#changed.emit()
    return look
  }

  async #drive(service: InstalledService, act: 'start' | 'stop', installation: Installation): Promise<void> {
    const { openclaw, node } = installation
    const cli = openclaw === null || node === null ? null : { node: node.path, script: openclaw.script }
    const { command, args, timeoutMs } = serviceCommand(service, act, cli)
    this.#driving = act === 'start' ? 'starting' : 'stopping'
    this.#changed.emit()
    try {
      const result = await this.#options.spawner.run(command, args, { timeoutMs })
      this.#options.log.info('service', {
        act,
        name: service.name,
        code: result.code,
        timedOut: result.timedOut,
      })
      if (result.code === 0) return
      const words = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-3).join(' ')
      throw failure('local.start-failed', {
        reason: this.#options.redactor.redact(words).slice(0, 300) || `exit code ${result.code}`,
      })
    } finally {
      this.#driving = null
      this.#changed.emit()
    }
  }

  /** The service manager only takes the order; the gateway is up when it answers. */
  async #waitForService(look: Look): Promise<void> {
    const { clock, probe } = this.#options
    const never = new AbortController().signal
    const deadline = clock.monotonic() + serviceReadyMs
    this.#driving = 'starting'
    try {
      while (clock.monotonic() < deadline) {
        const found = await probe(look.config.port, look.config.certificateFile !== null)
        if (found.state === 'ready') return
        await delay(clock, probeEveryMs, never)
      }
      if (look.service !== null) {
        const { env, home, platform, spawner, redactor } = this.#options
        const lines = await serviceLog(look.service, { env, home, platform, spawner })
        this.#serviceLog = lines.map((line) => redactor.redact(line))
      }
      throw failure('local.start-failed', {
        reason: 'its service was started, but the gateway does not answer',
      })
    } finally {
      this.#driving = null
      this.#changed.emit()
    }
  }

  async #portTaken(port: number): Promise<Error> {
    const owner = await findPortOwner(port, this.#options.spawner, this.#options.platform)
    return failure('local.port-taken', { port, owner: owner === null ? undefined : describePortOwner(owner) })
  }

  #state(): LocalGatewayView['state'] {
    const look = this.#look
    if (this.#driving !== null) return this.#driving
    if (this.#child.active) return this.#child.state
    if (look === null) return 'unknown'
    switch (look.probe.state) {
      case 'ready':
        return 'running'
      case 'starting':
        return 'starting'
      case 'draining':
        return 'stopping'
      case 'nothing':
      case 'stranger':
        if (this.#error !== null || this.#child.state === 'failed') return 'failed'
        return look.installation.openclaw === null && look.service === null ? 'not-installed' : 'stopped'
    }
  }

  /** A failed start is no news any more once a gateway answers, whoever started it. */
  #shownError(): AppError | null {
    const others = !this.#child.active && this.#look !== null && answers(this.#look.probe)
    return others ? null : (this.#error ?? this.#child.error)
  }

  #owner(): LocalGatewayView['owner'] {
    if (this.#child.active) return 'hawser'
    const look = this.#look
    if (look === null || !answers(look.probe)) return null
    return look.serviceActive ? 'service' : 'other'
  }
}

const answers = (probe: ProbeResult): boolean =>
  probe.state === 'ready' || probe.state === 'starting' || probe.state === 'draining'

const versionOf = (probe: ProbeResult): string | null =>
  probe.state === 'nothing' || probe.state === 'stranger' ? null : probe.version

/** How to run it; throws `local.not-installed` or `local.node-missing`. */
function specOf({ installation, config }: Look): ChildSpec {
  const { openclaw, node, nodeProblem } = installation
  if (openclaw === null) throw failure('local.not-installed')
  if (node === null) throw failure('local.node-missing', { reason: nodeProblem ?? undefined })
  return { node: node.path, script: openclaw.script, port: config.port, tls: config.certificateFile !== null }
}

/** The tools we ask (OpenClaw's own command line above all) see the environment we were given. */
function inEnvironment({ spawner, env }: LocalGatewayOptions): Spawner {
  return {
    spawnChild: (command, args, options) => spawner.spawnChild(command, args, options),
    run: (command, args, options) =>
      spawner.run(command, args, { ...options, env: { ...env, ...options.env } }),
  }
}
