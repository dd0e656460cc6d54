import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { withBuildLock } from './support/build-lock.ts'
import { isFresh, writeStamp } from './support/freshness.ts'
import { inProject, outDir } from './support/project.ts'
import type { BundleName } from './support/bundles.ts'

/** In the order they are built. Kept apart from `support/bundles.ts`, which loads the bundler. */
const all: readonly BundleName[] = ['main', 'preload', 'cli', 'key-worker', 'renderer']
/** What the command line needs: itself, and the pages that `serve` shows. */
export const cliBundles: readonly BundleName[] = ['cli', 'key-worker', 'renderer']
/** What the tray app needs. */
export const desktopBundles: readonly BundleName[] = ['main', 'preload', 'key-worker', 'renderer']

const stampDir = inProject('out', '.build')
const stampOf = (name: BundleName): string => path.join(stampDir, `${name}.json`)
/** Changes of these make every bundle stale. */
const commonInputs = [
  inProject('package.json'),
  inProject('package-lock.json'),
  inProject('build', 'scripts', 'support', 'bundles.ts'),
]

/** The bundles among `names` that are missing or older than what they are made from. Fast: it only looks at files. */
export async function staleBundles(names: readonly BundleName[] = all): Promise<readonly BundleName[]> {
  const fresh = await Promise.all(names.map((name) => isFresh(stampOf(name))))
  return names.filter((_, index) => !fresh[index])
}

/**
 * Builds what is missing or stale, silently, and nothing else. Safe to call from many processes at once.
 * Rejects with the bundler's error.
 */
export async function ensureBuilt(names: readonly BundleName[] = all): Promise<void> {
  if ((await staleBundles(names)).length === 0) return
  await withBuildLock(stampDir, 180_000, async () => {
    for (const name of await staleBundles(names)) await buildOne(name, 'error')
  })
}

interface BundleSize {
  readonly name: BundleName
  readonly gzipBytes: number
  readonly budget: number | null
}

async function buildOne(name: BundleName, logLevel: 'warn' | 'error'): Promise<BundleSize> {
  const { buildBundle, bundlePlans } = await import('./support/bundles.ts')
  const plan = bundlePlans[name]
  const missing = [plan.entry, ...plan.sources].find((file) => !existsSync(file))
  if (missing !== undefined) throw new Error(`${name} cannot be built: ${missing} is missing`)
  const startedAt = Date.now()
  const files = await buildBundle(name, logLevel)
  await writeStamp(stampOf(name), [...files.inputs, ...commonInputs], files.outputs, startedAt)
  return { name, gzipBytes: await weigh(files.outputs), budget: plan.budget }
}

/** gzip bytes of what a machine has to load: code, styles and markup, but no pictures and no source maps. */
async function weigh(files: readonly string[]): Promise<number> {
  const loaded = files.filter((file) => /\.(?:c?js|css|html)$/.test(file))
  const sizes = await Promise.all(loaded.map(async (file) => gzipSync(await readFile(file)).length))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function makeIcons(): Promise<void> {
  const icons = inProject('build', 'scripts', 'icons.ts')
  if (!existsSync(icons)) return
  await import(icons)
}

/** `npm run build`: everything anew, with sizes; fails over a budget. */
async function buildAll(): Promise<void> {
  await makeIcons()
  const sizes = await withBuildLock(stampDir, 180_000, async () => {
    const built: BundleSize[] = []
    for (const name of all) built.push(await buildOne(name, 'warn'))
    return built
  })
  let over = false
  for (const { name, gzipBytes, budget } of sizes) {
    const limit = budget === null ? '' : ` of ${(budget / 1024).toFixed(0)} kB`
    const verdict = budget !== null && gzipBytes > budget ? '  OVER BUDGET' : ''
    if (verdict !== '') over = true
    console.log(
      `${name.padEnd(10)} ${(gzipBytes / 1024).toFixed(1).padStart(7)} kB gzip${limit}${verdict}  ${path.relative(inProject(), outDir)}/`,
    )
  }
  if (over) process.exitCode = 1
}

if (import.meta.main) {
  try {
    const [mode, ...names] = process.argv.slice(2)
    if (mode === '--if-needed')
      await ensureBuilt(names.length === 0 ? all : all.filter((name) => names.includes(name)))
    else await buildAll()
  } catch (error) {
    console.error(`The build failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
