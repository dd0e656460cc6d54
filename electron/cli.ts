import { runCommandLine } from './cli/main.ts'
import { exitProcess } from './platform/exit.ts'

const { code, stuck } = await runCommandLine(process.argv.slice(2), process)
process.exitCode = code
// What was printed is flushed by then; otherwise the process ends by itself once it is.
if (stuck) process.stdout.write('', () => exitProcess(code, true))
