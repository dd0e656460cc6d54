import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { withBuildLock } from './support/build-lock.ts'
import type { BundleName } from './support/bundles.ts'
import { isFresh, writeStamp } from './support/freshness.ts'
import { inProject, outDir, projectRoot } from './support/project.ts'

/** What is built: the bundles, and the drawn icons. */
export type BuildPart = BundleName | 'icons'

/** In the order they are built. Kept apart from `support/bundles.ts`, which loads the bundler. */
const all: readonly BuildPart[] = ['icons', 'main', 'preload', 'cli', 'key-worker', 'renderer']
/** What the command line needs. */
export const cliParts: readonly BuildPart[] = ['cli', 'key-worker']
/** What the app in a browser tab needs. */
export const browserParts: readonly BuildPart[] = [...cliParts, 'renderer']
/** What the tray app needs. */
export const desktopParts: readonly BuildPart[] = ['icons', 'main', 'preload', 'key-worker', 'renderer']

const stampDir = path.join(outDir, '.build')
const stampOf = (name: BuildPart): string => path.join(stampDir, `${name}.json`)
/** Changes of these make every bundle stale. */
const commonInputs = [
  inProject('package.json'),
  inProject('package-lock.json'),
  inProject('build', 'scripts', 'support', 'bundles.ts'),
]

/** The parts among `names` that are missing or older than what they are made from. Fast: it only looks at files. */
export async function staleParts(names: readonly BuildPart[] = all): Promise<readonly BuildPart[]> {
  const fresh = await Promise.all(names.map((name) => isFresh(stampOf(name))))
  return names.filter((_, index) => !fresh[index])
}

/**
 * Builds what is missing or stale, silently, and nothing else. Safe to call from many processes at once.
 * Rejects with the bundler's error.
 */
export async function ensureBuilt(names: readonly BuildPart[] = all): Promise<void> {
  if ((await staleParts(names)).length === 0) return
  await withBuildLock(stampDir, 180_000, async () => {
    for (const name of await staleParts(names)) await buildPart(name, 'error')
  })
}

interface BundleSize {
  readonly name: BuildPart
  readonly gzipBytes: number
  readonly budget: number | null
}

async function buildPart(name: BuildPart, logLevel: 'warn' | 'error'): Promise<BundleSize | null> {
  if (name === 'icons') {
    await drawIcons()
    return null
  }
  const { buildBundle, bundlePlans } = await import('./support/bundles.ts')
  const plan = bundlePlans[name]
  const missing = [plan.entry, ...plan.sources].find((file) => !existsSync(file))
  if (missing !== undefined)
    throw new Error(`${name} cannot be built: ${path.relative(projectRoot, missing)} is missing`)
  const startedAt = Date.now()
  const files = await buildBundle(name, logLevel)
  await writeStamp(stampOf(name), [...files.inputs, ...commonInputs], files.outputs, startedAt)
  return { name, gzipBytes: await weigh(files.outputs), budget: plan.budget }
}

async function drawIcons(): Promise<void> {
  const script = inProject('build', 'scripts', 'icons.ts')
  const startedAt = Date.now()
  await import(pathToFileURL(script).href)
  const drawings = await filesOf(inProject('build', 'icons'))
  await writeStamp(
    stampOf('icons'),
    [script, ...drawings],
    await filesOf(path.join(outDir, 'icons')),
    startedAt,
  )
}

async function filesOf(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).map((name) => path.join(directory, name))
}

/** gzip bytes of what a machine has to load: code, styles and markup, but no pictures and no source maps. */
async function weigh(files: readonly string[]): Promise<number> {
  const loaded = files.filter((file) => /\.(?:c?js|css|html)$/.test(file))
  const sizes = await Promise.all(loaded.map(async (file) => gzipSync(await readFile(file)).length))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** `npm run build`: everything anew, with sizes. False over a budget. */
async function buildAll(): Promise<boolean> {
  const sizes = await withBuildLock(stampDir, 180_000, async () => {
    const built: BundleSize[] = []
    for (const name of all) {
      const size = await buildPart(name, 'warn')
      if (size !== null) built.push(size)
    }
    return built
  })
  const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1)
  for (const { name, gzipBytes, budget } of sizes) {
    const limit = budget === null ? '' : ` of ${kilobytes(budget)}`
    const verdict = budget !== null && gzipBytes > budget ? '  OVER BUDGET' : ''
    console.log(`${name.padEnd(10)} ${kilobytes(gzipBytes).padStart(6)}${limit} kB gzip${verdict}`)
  }
  return sizes.every(({ gzipBytes, budget }) => budget === null || gzipBytes <= budget)
}

if (import.meta.main) {
  const [mode, ...names] = process.argv.slice(2)
  try {
    if (mode !== '--if-needed') process.exitCode = (await buildAll()) ? 0 : 1
    else await ensureBuilt(names.length === 0 ? all : all.filter((name) => names.includes(name)))
  } catch (error) {
    console.error(`The build failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
