import { runProgram } from './support/programs.ts'
import { inProject } from './support/project.ts'
import type { SuiteResult } from './support/suite-result.ts'

interface Step {
  readonly title: string
  readonly program: string
  readonly args: readonly string[]
}

const roots = ['electron', 'renderer', 'shared', 'tests', 'build']

const steps: readonly Step[] = [
  ...['shared', 'electron', 'renderer', 'tests'].map((project) => ({
    title: `types: ${project}`,
    program: 'tsc',
    args: ['-p', project],
  })),
  { title: 'lint', program: 'oxlint', args: ['--type-aware'] },
  { title: 'format', program: 'oxfmt', args: ['--check'] },
  {
    title: 'dependency law',
    program: 'depcruise',
    args: ['--config', '.dependency-cruiser.mjs', ...roots],
  },
  { title: 'dead code and unused dependencies', program: 'knip', args: [] },
]

/** Steps under way at once: each of the tools uses several cores by itself. */
const atOnce = 2

/** Runs every check, prints what each has to say, and counts each as one test. Never rejects. */
export async function runChecks(): Promise<SuiteResult> {
  let passed = 0
  const waiting = [...steps]
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      if (await runStep(step)) passed += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { name: 'check', passed, failed: steps.length - passed, skipped: 0 }
}

async function runStep({ title, program, args }: Step): Promise<boolean> {
  const startedAt = performance.now()
  const file = inProject('node_modules', '.bin', process.platform === 'win32' ? `${program}.cmd` : program)
  const { code, output } = await runProgram(file, args)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${title}  ${seconds} s`)
  if (code !== 0)
    console.log(`  ${program} ${args.join(' ')}\n${output.trimEnd().replaceAll(/^/gm, '    ')}\n`)
  return code === 0
}

if (import.meta.main) {
  const { failed } = await runChecks()
  if (failed > 0) {
    console.log(`${failed} of ${steps.length} checks failed`)
    process.exitCode = 1
  }
}
