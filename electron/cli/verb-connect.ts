import { traitsOf } from '../../shared/error-codes.ts'
import type { ConnectionView, StageView } from '../../shared/model/connection.ts'
import { appError, type AppError } from '../../shared/result.ts'
import { cliWords } from '../../shared/text/command-line.ts'
import { createConnection } from '../connection/connection.ts'
import { attemptRooms, attemptTarget, questionOf, type VerbContext } from './context.ts'
import { localPortFor } from './target.ts'

/**
 * `hawser connect`: connects, stays in the foreground and reports every stage, retrying what may heal. Returns the
 * exit code: when a person is needed, when `--timeout` is over before the first success, or at Ctrl-C.
 */
export async function runConnect(context: VerbContext): Promise<number> {
  const { rooms, flags, target, output, signal } = context
  const place =
    target.place.kind === 'ssh'
      ? { ...target.place, localPort: localPortFor('connect', target, flags) }
      : target.place
  const connection = createConnection({
    gatewayId: target.gatewayId ?? target.name,
    place,
    target: () => attemptTarget(context),
    rooms: attemptRooms(context),
    asker: context.signIn.asker,
    openPort: rooms.openPort,
    random: rooms.random,
  })
  const report = createReporter(context)
  const error = await new Promise<AppError>((resolve) => {
    let wasReady = false
    const timer = rooms.clock.after(
      flags.timeoutMs,
      () => {
        if (!wasReady) resolve(connection.view().error ?? appError('gateway.timeout', { host: target.name }))
      },
      { ref: true },
    )
    const look = (): void => {
      const view = connection.view()
      report(view)
      if (view.phase === 'ready') {
        wasReady = true
        timer.dispose()
      }
      if (view.phase === 'blocked' && view.error !== null && !isAsking(context, view.error))
        resolve(view.error)
    }
    connection.onChange(look)
    signal.addEventListener('abort', () => resolve(appError('interrupted')), { once: true })
    connection.connect()
  })
  // Before the link is taken down: what it was.
  const closing = closingFacts(context, connection.view())
  await connection.close()
  const { exit } = traitsOf(error.code)
  output.result({ result: 'failed', exit, error, ...closing })
  return exit
}

/** A question that somebody at the terminal is being asked about this very error. */
const isAsking = ({ interactive }: VerbContext, error: AppError): boolean =>
  interactive && questionOf(error) !== null

/** Prints what changed: each stage as it settles, the first success as the result, the phase afterwards. */
function createReporter(context: VerbContext): (view: ConnectionView) => void {
  const { output, target } = context
  const shown = new Map<string, string>()
  let phase = ''
  let announced = false
  let portShown = false

  const showStage = (stage: StageView): void => {
    const key = `${stage.state} ${stage.message}`
    if (stage.state === 'pending' || shown.get(stage.name) === key) return
    shown.set(stage.name, key)
    if (stage.state === 'running' && !output.json) return
    output.stage(stage)
  }

  return (view) => {
    for (const stage of view.stages) {
      if (stage.state === 'pending') shown.delete(stage.name)
      showStage(stage)
    }
    if (view.phase === 'ready' && !announced) {
      announced = true
      output.result({ result: 'ready', exit: 0, error: null, ...closingFacts(context, view) })
      output.remark(cliWords.connected(target.name, view.gateway?.version ?? ''))
    }
    if (view.localPort.state === 'listening' && !portShown) {
      portShown = true
      const { port, preferredTakenBy } = view.localPort
      output.remark(cliWords.localPort(port))
      if (preferredTakenBy !== null) output.remark(cliWords.localPortTaken(port, preferredTakenBy))
      output.line({ localPort: port, preferredTakenBy })
    } else if (view.localPort.state === 'failed' && !portShown) {
      portShown = true
      output.remark(view.localPort.error.message)
      output.line({ localPort: null, code: view.localPort.error.code, message: view.localPort.error.message })
    }
    if (view.phase !== phase) {
      phase = view.phase
      if (announced) output.line({ phase, code: view.error?.code ?? null })
      if (view.phase === 'waiting' && view.retryAt !== null) {
        output.remark(cliWords.waiting(Math.max(0, Math.round((view.retryAt - view.since) / 1000))))
      }
    }
  }
}

function closingFacts({ target }: VerbContext, view: ConnectionView) {
  const { place, name } = target
  const port = view.localPort.state === 'listening' ? view.localPort.port : null
  const facts =
    place.kind === 'ssh'
      ? { kind: place.kind, name, target: place.target, remotePort: place.remotePort, localPort: port }
      : place.kind === 'direct'
        ? { kind: place.kind, name, url: place.url }
        : { kind: place.kind, name, port: place.port }
  return { target: facts, engine: view.engine?.name ?? null }
}
