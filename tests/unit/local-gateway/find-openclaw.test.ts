import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  findInstallation,
  type FindOptions,
  type Installation,
} from '../../../electron/local-gateway/find-openclaw.ts'
import { satisfies } from '../../../electron/local-gateway/node-range.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'

let home = ''
const at = (...parts: readonly string[]): string => path.join(home, ...parts)
const find = (options: Partial<FindOptions> = {}): Promise<Installation> =>
  findInstallation({
    openclawPath: null,
    nodePath: null,
    env: { PATH: at('nowhere') },
    home,
    platform: 'linux',
    spawner: systemSpawner,
    ...options,
  })

async function putPackage(dir: string, node = '>=20', name = 'openclaw'): Promise<void> {
  await mkdir(dir, { recursive: true })
  const manifest = { name, version: '2026.9.6', bin: { [name]: 'openclaw.mjs' }, engines: { node } }
  await writeFile(path.join(dir, 'package.json'), JSON.stringify(manifest))
  await writeFile(path.join(dir, 'openclaw.mjs'), '')
}
/** A program that prints a version, as `node --version` does. */
async function putNode(file: string, version: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\necho ${version}\n`)
  await chmod(file, 0o755)
}

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hawser-find-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('findInstallation', () => {
  it('follows the link of npm on PATH, and takes the Node beside it', async () => {
    await putPackage(at('p/lib/node_modules/openclaw'))
    await mkdir(at('p/bin'))
    await symlink('../lib/node_modules/openclaw/openclaw.mjs', at('p/bin/openclaw'))
    await putNode(at('p/bin/node'), 'v24.21.0')
    const found = await find({ env: { PATH: at('p/bin') } })
    expect(found).toEqual({
      openclaw: {
        command: at('p/bin/openclaw'),
        script: at('p/lib/node_modules/openclaw/openclaw.mjs'),
        version: '2026.9.6',
        nodeRange: '>=20',
      },
      node: { path: at('p/bin/node'), version: 'v24.21.0' },
      nodeProblem: null,
    })
  })

  it('looks where nvm puts things, newest first, without any PATH', async () => {
    for (const version of ['v9.1.0', 'v24.1.0', 'v26.3.0']) {
      const dir = at('.nvm/versions/node', version)
      await putPackage(path.join(dir, 'lib/node_modules/openclaw'), '>=24.16.0 <25 || >=26.1.0')
      await putNode(path.join(dir, 'bin/node'), version)
      await symlink('../lib/node_modules/openclaw/openclaw.mjs', path.join(dir, 'bin/openclaw'))
    }
    const found = await find()
    expect(found.openclaw?.command).toBe(at('.nvm/versions/node/v26.3.0/bin/openclaw'))
    expect(found.node).toEqual({ path: at('.nvm/versions/node/v26.3.0/bin/node'), version: 'v26.3.0' })
  })

  it('reads the shim of pnpm', async () => {
    await putPackage(at('pnpm/global/5/node_modules/openclaw'))
    const shim = '#!/bin/sh\nexec node "$basedir/global/5/node_modules/openclaw/openclaw.mjs" "$@"\n'
    await writeFile(at('pnpm/openclaw'), shim)
    const found = await find({ openclawPath: at('pnpm/openclaw') })
    expect(found.openclaw?.script).toBe(at('pnpm/global/5/node_modules/openclaw/openclaw.mjs'))
  })

  it.each(['pkg', 'pkg/openclaw.mjs'])('takes the path of the settings, be it %s', async (given) => {
    await putPackage(at('pkg'))
    expect((await find({ openclawPath: at(given) })).openclaw?.script).toBe(at('pkg/openclaw.mjs'))
  })

  it('never falls back to another one when the path of the settings is wrong', async () => {
    await putPackage(at('p/lib/node_modules/openclaw'))
    await mkdir(at('p/bin'))
    await symlink('../lib/node_modules/openclaw/openclaw.mjs', at('p/bin/openclaw'))
    const found = await find({ openclawPath: at('typo'), nodePath: at('typo'), env: { PATH: at('p/bin') } })
    expect([found.openclaw, found.node]).toEqual([null, null])
  })

  it('passes over a Node that is too old, and says so when no other is there', async () => {
    await putPackage(at('pkg'), '>=999')
    await putNode(at('old/node'), 'v18.20.0')
    const found = await find({ openclawPath: at('pkg'), nodePath: at('old/node') })
    expect(found.node).toBeNull()
    expect(found.nodeProblem).toBe(`it needs Node >=999; ${at('old/node')} is v18.20.0`)
  })

  it('takes no program for Node that does not answer like one', async () => {
    await putPackage(at('pkg'))
    await putNode(at('odd/node'), 'hello')
    const found = await find({ openclawPath: at('pkg'), nodePath: at('odd/node') })
    expect(found.node).toBeNull()
  })

  it('takes no other package for OpenClaw', async () => {
    await putPackage(at('pkg'), '>=20', 'something-else')
    expect((await find({ openclawPath: at('pkg') })).openclaw).toBeNull()
  })
})

describe('satisfies', () => {
  it.each([
    ['v24.16.0', '>=24.16.0 <25 || >=26.1.0', true],
    ['v24.15.9', '>=24.16.0 <25 || >=26.1.0', false],
    ['v25.9.0', '>=24.16.0 <25 || >=26.1.0', false],
    ['v26.1.0', '>=24.16.0 <25 || >=26.1.0', true],
    ['v22.19.0', '>=22.19.0', true],
    ['v22.18.9', '>= 22.19', false],
    ['v22.20.1', '^22.19.0', true],
    ['v23.0.0', '^22.19.0', false],
    ['v22.19.5', '~22.19.0', true],
    ['v22.20.0', '~22.19.0', false],
    ['v20.0.0', '*', true],
    ['nonsense', '*', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected)
  })
})
