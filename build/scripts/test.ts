import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { installGatewayPeer } from '../../tests/fixtures/gateway-peer.ts'
import { runChecks } from './check.ts'
import { electronExecutable, noDesktopReason } from './support/electron-runtime.ts'
import { endWithParent } from './support/end-with-parent.ts'
import { endLeftovers, markEnvironment } from './support/leftovers.ts'
import { inProject, projectRoot } from './support/project.ts'
import {
  readPlaywrightReport,
  readVitestReport,
  summaryLine,
  type SuiteResult,
} from './support/suite-result.ts'
import { installCommand, missingPackages } from './support/test-machine.ts'

/*
 * `npm test`: everything there is to prove, one suite after the other. The last line is the sum of them all, and the
 * exit code says the same.
 */

endWithParent()
const onCi = Boolean(process.env['CI'])
const results: SuiteResult[] = []

heading('check')
results.push(await runChecks())

heading('build')
results.push(await countAsOne('build', [process.execPath, 'build/scripts/build.ts']))

heading('unit')
results.push(await vitest('unit'))

heading('real parts')
const parts = await prepareRealParts()
results.push(parts)
for (const suite of ['integration', 'end to end'] as const) {
  heading(suite)
  if (parts.failed > 0) {
    console.log(`${suite}: did NOT run, because the parts it needs are missing (see above)`)
    results.push({ name: suite, passed: 0, failed: 1, skipped: 0 })
  } else {
    results.push(await (suite === 'integration' ? vitest(suite) : playwright(suite, 'e2e')))
  }
}

heading('electron')
const desktopProblem = noDesktopReason(process.platform, process.env, process.getuid?.())
const runtime = electronExecutable({
  packageDir: inProject('node_modules', 'electron'),
  platform: process.platform,
  env: process.env,
})
if (runtime === null || desktopProblem !== null) {
  const reason =
    runtime === null ? 'its runtime is not installed here (npx install-electron)' : desktopProblem
  console.log(`Electron suite did NOT run: ${reason ?? ''}`)
} else results.push(await playwright('electron', 'electron'))

heading('result')
for (const { name, passed, failed, skipped } of results) {
  const left = skipped === 0 ? '' : `, ${skipped} SKIPPED`
  console.log(`${failed === 0 ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed${left}`)
}
console.log(summaryLine(results))
process.exitCode = results.some((result) => result.failed > 0) ? 1 : 0

function heading(title: string): void {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(3, 72 - title.length))}`)
}

async function vitest(project: string): Promise<SuiteResult> {
  return withReport(async (report) => {
    const program = inProject('node_modules', 'vitest', 'vitest.mjs')
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json']
    const code = await runLive(project, [process.execPath, program, ...args, `--outputFile.json=${report}`])
    return readVitestReport(project, await readFile(report, 'utf8'), code)
  }, project)
}

async function playwright(name: string, project: string): Promise<SuiteResult> {
  return withReport(async (report) => {
    const program = inProject('node_modules', '@playwright', 'test', 'cli.js')
    const args = ['test', `--project=${project}`, '--reporter=list,json']
    const code = await runLive(name, [process.execPath, program, ...args], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    })
    return readPlaywrightReport(name, await readFile(report, 'utf8'), code)
  }, name)
}

/** A runner that wrote no report did not run. */
async function withReport(run: (report: string) => Promise<SuiteResult>, name: string): Promise<SuiteResult> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hawser-report-'))
  try {
    return await run(path.join(directory, 'report.json'))
  } catch (error) {
    console.log(`${name}: no report was written (${String(error)})`)
    return { name, passed: 0, failed: 1, skipped: 0 }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function countAsOne(name: string, command: readonly [string, ...string[]]): Promise<SuiteResult> {
  const ok = (await runLive(name, command)) === 0
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

/**
 * Runs a program with its output as it comes. Resolves to the exit code; null where it could not be started, was killed,
 * or left processes behind.
 */
async function runLive(
  name: string,
  [command, ...args]: readonly [string, ...string[]],
  changes: NodeJS.ProcessEnv = {},
): Promise<number | null> {
  const { env, mark } = markEnvironment({ ...process.env, ...changes })
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(command, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'], env })
    // At a terminal Ctrl-C reaches the suite by itself; it needs the time to clean up.
    const forward = (signal: NodeJS.Signals): void => {
      interrupted = true
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on('SIGINT', forward).on('SIGTERM', forward)
    const finish = (result: number | null): void => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve(result)
    }
    let interrupted = false
    child.once('error', (error) => {
      console.log(`${name}: ${error.message}`)
      finish(null)
    })
    child.once('exit', (result) => {
      finish(result)
      if (interrupted) process.exitCode = 130
    })
  })
  const left = await endLeftovers(mark)
  for (const { pid, command: line } of left) console.log(`${name} left a process behind: ${pid} ${line}`)
  if (process.exitCode === 130) process.exit()
  return left.length === 0 ? code : null
}

/** sshd, Chromium, the keyring and the gateway. In CI what is missing is installed; elsewhere it is named. */
async function prepareRealParts(): Promise<SuiteResult> {
  const failed: SuiteResult = { name: 'real parts', passed: 0, failed: 1, skipped: 0 }
  let missing = missingPackages(process.env)
  if (missing.length > 0 && onCi && process.getuid?.() === 0) {
    console.log(`Installing ${missing.join(', ')}`)
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    await runLive('apt-get update', ['apt-get', 'update'], env)
    const [apt = '', ...args] = installCommand(missing).split(' ')
    await runLive('apt-get install', [apt, ...args], env)
    missing = missingPackages(process.env)
  }
  if (missing.length > 0) {
    console.log(`Missing: ${missing.join(', ')}. Install with:\n  sudo ${installCommand(missing)}`)
    return failed
  }
  try {
    console.log(`The OpenClaw gateway is at ${path.relative(projectRoot, await installGatewayPeer())}`)
  } catch (error) {
    console.log(`The OpenClaw gateway could not be installed: ${String(error)}`)
    return failed
  }
  return { ...failed, passed: 1, failed: 0 }
}
