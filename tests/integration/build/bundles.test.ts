import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildBundle } from '../../../build/scripts/support/bundles.ts'
import { inProject } from '../../../build/scripts/support/project.ts'

const run = promisify(execFile)
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-build-'))
  await symlink(inProject('node_modules'), path.join(directory, 'node_modules'))
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function entry(text: string): Promise<string> {
  const file = path.join(directory, 'entry.ts')
  await writeFile(file, text)
  return file
}

test('the command line is one file that carries all but Node and the keychain, and runs', async () => {
  await mkdir(path.join(directory, 'part'))
  await writeFile(path.join(directory, 'part', 'lazy.ts'), 'export const lazy = "lazy"')
  const file = await entry(`
    import { utils } from 'ssh2'
    import { WebSocketServer } from 'ws'
    import * as z from 'zod/mini'
    import JSON5 from 'json5'
    if (!import.meta.main) throw new Error('not started')
    const key = utils.generateKeyPairSync('ed25519')
    const { lazy } = await import('./part/lazy.ts')
    console.log([typeof key.private, typeof WebSocketServer, z.string().parse('zod'), JSON5.parse("{a:1}").a, lazy].join(' '))
  `)
  const files = await buildBundle('cli', 'error', { entry: file, outDir: path.join(directory, 'out') })
  const built = path.join(directory, 'out', 'cli.js')
  expect(files.outputs).toEqual([built])
  expect(files.inputs).toContain(path.join(directory, 'part', 'lazy.ts'))
  expect(files.inputs.filter((input) => input.includes('node_modules'))).toEqual([])
  expect((await stat(built)).mode & 0o777).toBe(0o755)
  // Moved away from every node_modules, it still runs.
  await rm(path.join(directory, 'node_modules'))
  const { stdout } = await run(process.execPath, [built])
  expect(stdout).toBe('string function zod 1 lazy\n')
  expect((await readFile(built, 'utf8')).startsWith('#!/usr/bin/env node\n')).toBe(true)
})

test('a package that would be missing at run time fails the build', async () => {
  const file = await entry(`import { app } from 'electron'; console.log(app)`)
  await expect(
    buildBundle('cli', 'error', { entry: file, outDir: path.join(directory, 'out') }),
  ).rejects.toThrow(/electron/)
})

test('the main process gets Electron and the keychain from outside', async () => {
  const file = await entry(`
    import { app } from 'electron'
    import { AsyncEntry } from '@napi-rs/keyring'
    console.log(app, AsyncEntry)
  `)
  await buildBundle('main', 'error', { entry: file, outDir: path.join(directory, 'out') })
  const text = await readFile(path.join(directory, 'out', 'main.js'), 'utf8')
  expect(text).toContain('from "electron"')
  expect(text).toContain('from "@napi-rs/keyring"')
})

test('the preload is one CommonJS file that needs nothing but Electron', async () => {
  const file = await entry(`
    import { contextBridge } from 'electron'
    import * as z from 'zod/mini'
    contextBridge.exposeInMainWorld('hawser', { parse: (text: unknown) => z.string().parse(text) })
  `)
  const files = await buildBundle('preload', 'error', { entry: file, outDir: path.join(directory, 'out') })
  expect(files.outputs).toEqual([path.join(directory, 'out', 'preload.cjs')])
  const text = await readFile(path.join(directory, 'out', 'preload.cjs'), 'utf8')
  expect([...text.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map((match) => match[1])).toEqual(['electron'])
})

test('the preload may not reach for Node', async () => {
  const file = await entry(`import { readFileSync } from 'node:fs'; console.log(readFileSync)`)
  await expect(
    buildBundle('preload', 'error', { entry: file, outDir: path.join(directory, 'out') }),
  ).rejects.toThrow(/node:fs/)
})
