import { chmod } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { build, type InlineConfig, type Plugin } from 'vite'
import { inProject, outDir, projectRoot } from './project.ts'

/** The parts of the build. */
export type BundleName = 'main' | 'preload' | 'cli' | 'key-worker' | 'renderer'

/** What one bundle was made of and what came out, as absolute paths. */
export interface BundleFiles {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

interface BundlePlan {
  readonly entry: string
  /** Inputs that the bundler does not report. */
  readonly sources: readonly string[]
  /** gzip bytes of all JavaScript, styles and markup that come out; over it the build fails. */
  readonly budget: number | null
  readonly config: (place: BundlePlace) => InlineConfig
}

/** Where a bundle is built from and to; tests build their own entries elsewhere. */
export interface BundlePlace {
  readonly entry: string
  readonly outDir: string
}

const kilobyte = 1024

/** What each bundle is made from and may weigh. */
export const bundlePlans: Readonly<Record<BundleName, BundlePlan>> = {
  main: {
    entry: inProject('electron', 'main.ts'),
    sources: [],
    budget: 400 * kilobyte,
    config: (place) => nodeBundle('main', place, 'es'),
  },
  preload: {
    entry: inProject('electron', 'preload.ts'),
    sources: [],
    budget: null,
    config: (place) => nodeBundle('preload', place, 'cjs'),
  },
  cli: {
    entry: inProject('electron', 'cli.ts'),
    sources: [],
    budget: 400 * kilobyte,
    config: (place) => nodeBundle('cli', place, 'es'),
  },
  // A thread of the core, started by its file name: see electron/ssh/key-files.ts.
  'key-worker': {
    entry: inProject('electron', 'ssh', 'key-worker.ts'),
    sources: [],
    budget: null,
    config: (place) => nodeBundle('key-worker', place, 'es'),
  },
  renderer: {
    entry: inProject('renderer', 'index.html'),
    sources: [inProject('renderer', 'vite.config.ts')],
    budget: 350 * kilobyte,
    config: (place) => ({
      configFile: inProject('renderer', 'vite.config.ts'),
      root: inProject('renderer'),
      // What a page may weigh is the budget's business, not a fixed number's.
      build: {
        outDir: path.join(place.outDir, 'renderer'),
        emptyOutDir: true,
        chunkSizeWarningLimit: 2000,
      },
    }),
  },
}

/** Native accelerators that are optional to their packages; without them one path serves all systems. */
const leftOutPattern = /sshcrypto\.node$|^(?:cpu-features|bufferutil|utf-8-validate)$/

function leaveOutOptionalNatives(): Plugin {
  const prefix = '\0left-out:'
  return {
    name: 'leave-out-optional-natives',
    enforce: 'pre',
    resolveId: (id) => (leftOutPattern.test(id) ? prefix + id : null),
    load: (id) => (id.startsWith(prefix) ? 'throw new Error("left out of the bundle")' : null),
  }
}

/**
 * Fails the build where a bundle needs something at run time that will not be there: the npm package `electron` is no
 * Electron, and a sandboxed preload has no Node.
 */
function allowExternals(external: readonly string[], withNode: boolean): Plugin {
  const allowed = (name: string): boolean => external.includes(name) || (withNode && isBuiltin(name))
  return {
    name: 'allow-externals',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === 'electron' && !allowed(id)) this.error(`${importer ?? ''} must not import ${id}`)
      return null
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        const missing = [...chunk.imports, ...chunk.dynamicImports].find(
          (name) => !Object.hasOwn(bundle, name) && !allowed(name),
        )
        if (missing !== undefined)
          this.error(`${chunk.fileName} imports ${missing}, which is not there when it runs`)
      }
    },
  }
}

/** What is there beside each bundle when it runs, besides Node's own modules. */
const externals: Readonly<Record<BundleName, string[]>> = {
  main: ['electron', '@napi-rs/keyring'],
  preload: ['electron'],
  cli: ['@napi-rs/keyring'],
  'key-worker': [],
  renderer: [],
}

/** One file for Node or Electron's main process: everything inside but Node's own modules and what is native. */
function nodeBundle(name: BundleName, place: BundlePlace, format: 'es' | 'cjs'): InlineConfig {
  const external = externals[name]
  const file = `${name}.${format === 'cjs' ? 'cjs' : 'js'}`
  return {
    configFile: false,
    root: projectRoot,
    publicDir: false,
    // Run from another script (`hawser.mjs`), the command line is still what was started.
    define: { 'import.meta.main': 'true' },
    plugins: [leaveOutOptionalNatives(), allowExternals(external, name !== 'preload')],
    ssr: { noExternal: true, external, target: 'node' },
    build: {
      ssr: place.entry,
      target: 'node24',
      outDir: place.outDir,
      emptyOutDir: false,
      // Readable on purpose: a stack trace from the field names our functions.
      minify: false,
      rolldownOptions: {
        output: {
          format,
          entryFileNames: file,
          // One file, so that a build replaces all of it at once. Lazy imports stay lazy inside.
          codeSplitting: false,
          ...(format === 'es' ? { banner: nodeBanner(name) } : {}),
        },
      },
    },
  }
}

/** ssh2 looks for a helper program beside its own file, by a name that modules do not have. */
const nodeBanner = (name: BundleName): string =>
  `${name === 'cli' ? '#!/usr/bin/env node\n' : ''}const __dirname = import.meta.dirname;`

/** Builds one bundle and reports its files. Rejects with the bundler's error. */
export async function buildBundle(
  name: BundleName,
  logLevel: 'warn' | 'error',
  place: Partial<BundlePlace> = {},
): Promise<BundleFiles> {
  const plan = bundlePlans[name]
  const where = { entry: plan.entry, outDir, ...place }
  const inputs = new Set([where.entry, ...plan.sources])
  const collectInputs: Plugin = {
    name: 'collect-inputs',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const file = id.split('?', 1)[0] ?? ''
        if (path.isAbsolute(file)) inputs.add(file)
      }
    },
  }
  const config = plan.config(where)
  const built = await build({
    ...config,
    logLevel,
    plugins: [...(config.plugins ?? []), collectInputs],
  })
  const outputs = [built].flat().flatMap((result) => ('output' in result ? result.output : []))
  const directory = config.build?.outDir ?? where.outDir
  const files = outputs.map((output) => path.join(directory, output.fileName))
  if (name === 'cli') for (const file of files) await chmod(file, 0o755)
  return {
    inputs: [...inputs].filter((file) => !file.includes(`${path.sep}node_modules${path.sep}`)),
    outputs: files,
  }
}
