import { homedir } from 'node:os'
import { traitsOf } from '../../shared/error-codes.ts'
import { failure, toAppError } from '../../shared/result.ts'
import { cliWords } from '../../shared/text/command-line.ts'
import { openSharedRooms } from '../app/shared-rooms.ts'
import { runServe } from './verb-serve.ts'
import { defaultDataDir } from '../platform/data-dir.ts'
import { appVersion } from '../app/version.ts'
import { parseCommandLine, wantsJson, type CommandLine, type CommonFlags } from './arguments.ts'
import { createCliSignIn, readEnvironmentSecrets, type VerbContext } from './context.ts'
import { createOutput, type Output } from './output.ts'
import { readTarget, savedTarget, type CliTarget } from './target.ts'
import { createTerminalPrompts, noPrompts } from './terminal-prompts.ts'
import { runChat } from './verb-chat.ts'
import { runConnect } from './verb-connect.ts'
import { runDoctor } from './verb-doctor.ts'
import { runStatus } from './verb-status.ts'

/** How a run ends. `stuck`: a dialog of the keychain is open, so the process must end by force. */
export interface Ending {
  readonly code: number
  readonly stuck: boolean
}

/** What a verb is run with. */
interface Run {
  readonly process: NodeJS.Process
  readonly output: Output
  /** Aborted by Ctrl-C or a polite kill. */
  readonly signal: AbortSignal
  isStuck: () => boolean
}

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The `hawser` command: from the words of the command line to its end. Never throws. */
export async function runCommandLine(words: readonly string[], process: NodeJS.Process): Promise<Ending> {
  const output = createOutput(wantsJson(words), process)
  const interrupt = new AbortController()
  const onSignal = (): void => interrupt.abort(failure('interrupted'))
  for (const name of endSignals) process.on(name, onSignal)
  const run: Run = { process, output, signal: interrupt.signal, isStuck: () => false }
  try {
    const code = await perform(parseCommandLine(words), run)
    return { code, stuck: run.isStuck() }
  } catch (thrown) {
    const error = toAppError(thrown)
    const { exit } = traitsOf(error.code)
    output.result({ result: 'failed', exit, error, target: {}, engine: null })
    if (error.detail !== undefined) output.remark(error.detail)
    return { code: exit, stuck: run.isStuck() }
  } finally {
    for (const name of endSignals) process.off(name, onSignal)
  }
}

async function perform(line: CommandLine, run: Run): Promise<number> {
  switch (line.verb) {
    case 'help':
      run.process.stdout.write(cliWords.help)
      return 0
    case 'version':
      run.process.stdout.write(`${appVersion}\n`)
      return 0
    case 'serve':
    case 'demo': {
      const { flags, port, open } = line
      return runServe({
        demo: line.verb === 'demo',
        dataDir: flags.dataDir,
        port,
        open,
        output: run.output,
        signal: run.signal,
        onApp: (app) => (run.isStuck = () => app.isStuck()),
      })
    }
    case 'connect':
      return withTarget(line.target, line.flags, run, runConnect)
    case 'doctor':
      return withTarget(line.target, line.flags, run, runDoctor)
    case 'status':
      return withTarget(line.target, line.flags, run, runStatus)
    case 'chat': {
      const { message, session } = line
      return withTarget(line.target, line.flags, run, (context) => runChat(context, message, session))
    }
  }
}

async function withTarget(
  word: string | null,
  flags: CommonFlags,
  run: Run,
  verb: (context: VerbContext) => Promise<number>,
): Promise<number> {
  const { process, output, signal } = run
  const rooms = await openSharedRooms({
    dataDir: flags.dataDir ?? defaultDataDir(process.env, process.platform, homedir()),
    owner: false,
    environment: process.env,
  })
  run.isStuck = () => rooms.isStuck()
  try {
    const interactive = !flags.noInput && process.stdin.isTTY
    const prompts = interactive
      ? createTerminalPrompts({ input: process.stdin, output: process.stderr })
      : noPrompts
    const target = chooseTarget(word, rooms.settings.get(), flags)
    const signIn = createCliSignIn(rooms, target, prompts, readEnvironmentSecrets(process.env))
    return await verb({ rooms, flags, target, output, signIn, interactive, signal })
  } finally {
    rooms.close()
  }
}

function chooseTarget(
  word: string | null,
  settings: Parameters<typeof readTarget>[1],
  flags: CommonFlags,
): CliTarget {
  if (word !== null) return readTarget(word, settings, flags)
  const { gateways, selectedGatewayId } = settings
  const standard = gateways.find(({ id }) => id === selectedGatewayId) ?? gateways[0]
  if (standard === undefined) throw failure('usage', { reason: cliWords.usage.noDefault })
  return savedTarget(standard, flags)
}
