import { staleParts, type BuildPart } from '../build.ts'
import { runProgram } from './programs.ts'
import { inProject } from './project.ts'

/**
 * Builds the bundles among `names` that are missing or stale, in a child process, so that the bundler is never part of
 * the app. Rejects with what the build said if it fails; says nothing otherwise.
 */
export async function buildQuietly(names: readonly BuildPart[], onStart?: () => void): Promise<void> {
  if ((await staleParts(names)).length === 0) return
  onStart?.()
  const script = inProject('build', 'scripts', 'build.ts')
  const result = await runProgram(process.execPath, [script, '--if-needed', ...names])
  if (result.code !== 0) throw new Error(result.output.trim() || 'the build failed')
}
