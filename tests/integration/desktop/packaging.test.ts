import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createPackage, extractFile, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawIcons } from '../../../build/icons/icon-files.ts'
import { desktopParts, ensureBuilt } from '../../../build/scripts/build.ts'
import { inProject } from '../../../build/scripts/support/project.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'

/*
 * Packs the real app with the real electron-builder around a stand-in for Electron's own files, which cannot be had
 * everywhere: what ships, where native code lies, and how the fuses stand need no Electron to be checked.
 */

const electronVersion = '45.4.1'
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const fuseCount = 9

let folder = ''
let packed = ''
let files: readonly string[] = []

/** A folder like Electron's download, with a program that carries the fuse wire and nothing else. */
async function makeElectronDist(dir: string): Promise<void> {
  const wire = Buffer.concat([
    Buffer.from(sentinel, 'latin1'),
    Buffer.from([1, fuseCount]),
    Buffer.from('101100010', 'latin1'),
  ])
  await mkdir(path.join(dir, 'resources'), { recursive: true })
  await mkdir(path.join(dir, 'locales'))
  await mkdir(path.join(dir, 'default-app'))
  await writeFile(path.join(dir, 'default-app', 'main.js'), '')
  await createPackage(path.join(dir, 'default-app'), path.join(dir, 'resources', 'default_app.asar'))
  await rm(path.join(dir, 'default-app'), { recursive: true })
  await writeFile(path.join(dir, 'electron'), Buffer.concat([Buffer.from('\x7fELF'), wire]), { mode: 0o755 })
  await writeFile(path.join(dir, 'version'), electronVersion)
  await writeFile(path.join(dir, 'locales', 'en-US.pak'), '')
  await writeFile(path.join(dir, 'locales', 'de.pak'), '')
  await writeFile(path.join(dir, 'LICENSE'), 'Electron')
  await writeFile(path.join(dir, 'LICENSES.chromium.html'), 'Chromium')
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hawser-pack-'))
  await makeElectronDist(path.join(folder, 'electron'))
  await ensureBuilt(desktopParts)
  // The packager's own icons are not part of what makes a build fresh.
  const icons = await systemSpawner.run(process.execPath, [inProject('build', 'scripts', 'icons.ts')], {
    timeoutMs: 60_000,
  })
  expect(icons.code, icons.stderr).toBe(0)
  const { code, stdout, stderr } = await systemSpawner.run(
    process.execPath,
    [
      inProject('node_modules', 'electron-builder', 'cli.js'),
      '--linux',
      'dir',
      '--x64',
      `-c.electronDist=${path.join(folder, 'electron')}`,
      `-c.electronVersion=${electronVersion}`,
      `-c.directories.output=${path.join(folder, 'dist')}`,
    ],
    { cwd: inProject(), timeoutMs: 200_000, maxBytes: 4 * 1024 * 1024 },
  )
  expect(code, `${stdout}\n${stderr}`).toBe(0)
  packed = path.join(folder, 'dist', 'linux-unpacked')
  files = listPackage(path.join(packed, 'resources', 'app.asar'), { isPack: false })
    .map((file) => file.replace(/^\//, ''))
    .sort()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the packed app', () => {
  it('holds what the app runs on, and nothing else', () => {
    const belongs =
      /^(?:package\.json|out(?:\/(?:main\.js|preload\.cjs|key-worker\.js|renderer(?:\/.+)?|icons(?:\/.+)?))?|node_modules(?:\/@napi-rs(?:\/keyring(?:-[a-z0-9-]+)?(?:\/[^/]+)?)?)?)$/
    expect(files.filter((file) => !belongs.test(file))).toEqual([])
    for (const needed of [
      'package.json',
      'out/main.js',
      'out/preload.cjs',
      'out/key-worker.js',
      'out/renderer/index.html',
      'node_modules/@napi-rs/keyring/index.js',
    ]) {
      expect(files).toContain(needed)
    }
    for (const icon of drawIcons().shipped.keys()) expect(files).toContain(`out/icons/${icon}`)
  })

  it('holds no source, no source map, no test, no secret file', () => {
    const leaks = files.filter((file) =>
      /\.(?:ts|tsx|map|pem|env)$|\.d\.ts$|(?:^|\/)(?:tests?|docs|\.)/.test(file),
    )
    expect(leaks).toEqual([])
  })

  it('starts from the built entry, with only what production needs', () => {
    const manifest = JSON.parse(
      extractFile(path.join(packed, 'resources', 'app.asar'), 'package.json').toString('utf8'),
    ) as Record<string, unknown>
    expect(manifest).toMatchObject({ main: 'out/main.js', type: 'module', name: 'hawser' })
    expect(manifest).not.toHaveProperty('devDependencies')
    expect(manifest).not.toHaveProperty('scripts')
  })

  it('has its native code outside the archive, with its licences', async () => {
    const unpacked = await readdir(path.join(packed, 'resources', 'app.asar.unpacked'), { recursive: true })
    const native = unpacked.filter((file) => file.endsWith('.node'))
    expect(native).toEqual([
      expect.stringMatching(/^node_modules\/@napi-rs\/keyring-linux-x64-gnu\/.+\.node$/),
    ])
    expect(files.filter((file) => file.endsWith('.node')).map((file) => path.basename(file))).toEqual(
      native.map((file) => path.basename(file)),
    )
    expect(files.some((file) => /keyring-linux-x64-gnu\/LICENSE/.test(file))).toBe(true)
    expect(await readFile(path.join(packed, 'resources', 'LICENSE.txt'), 'utf8')).toContain('MIT')
  })

  it('has every fuse set as planned', async () => {
    const wire = await getCurrentFuseWire(path.join(packed, 'hawser'))
    const on = (fuse: FuseV1Options): boolean => wire[fuse] === FuseState.ENABLE
    const planned: Readonly<Record<keyof typeof FuseV1Options, boolean>> = {
      RunAsNode: false,
      EnableCookieEncryption: false,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      WasmTrapHandlers: true,
    }
    const names = Object.keys(planned) as (keyof typeof FuseV1Options)[]
    expect(Object.fromEntries(names.map((name) => [name, on(FuseV1Options[name])]))).toEqual(planned)
    expect(names).toHaveLength(fuseCount)
  })

  it('stays within its size and carries one language', async () => {
    const { size } = await stat(path.join(packed, 'resources', 'app.asar'))
    expect(size).toBeLessThan(6 * 1024 * 1024)
    expect(await readdir(path.join(packed, 'locales'))).toEqual(['en-US.pak'])
  })
})
