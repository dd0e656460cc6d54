import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { browserParts, cliParts } from '../build.ts'
import { buildQuietly } from './build-quietly.ts'
import { outDir } from './project.ts'

/**
 * Builds what is missing, quietly, and becomes the command line: the same process, so that exit code, signals and the
 * terminal are its own. Rejects where the build fails.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const needsPages = args.some((word) => word === 'serve' || word === 'demo')
  await buildQuietly(needsPages ? browserParts : cliParts)
  const file = path.join(outDir, 'cli.js')
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}
