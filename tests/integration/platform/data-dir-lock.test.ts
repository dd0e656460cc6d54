import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

interface Said {
  readonly owned: boolean
  readonly pid: number
  readonly owner?: { readonly pid: number; readonly face: string }
  readonly reply?: { readonly shown: boolean; readonly message: string }
}

const script = fileURLToPath(new URL('lock-starter.ts', import.meta.url))
const running = new Set<ChildProcess>()
let dir = ''

async function start(dataDir = dir): Promise<{ said: Said; child: ChildProcess }> {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { said: JSON.parse(line) as Said, child }
}

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-lock-'))
})
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await rm(dir, { recursive: true, force: true })
})

describe('the lock of a data dir, between processes', () => {
  it('is free again after kill -9, and the old owner leaves only its tombstone', async () => {
    const first = await start()
    expect(first.said.owned).toBe(true)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = await start()
    expect(second.said.owned).toBe(true)
    const files = (await readdir(path.join(dir, 'lock'))).sort()
    expect(files).toHaveLength(3)
    expect(files.slice(1)).toEqual(['owner-1', 'owner-2'])
  })

  it('has exactly one owner among 20 that start at once, also over a dead one, and all others reach it', async () => {
    const dead = await start()
    dead.child.kill('SIGKILL')
    await once(dead.child, 'exit')
    const started = await Promise.all(Array.from({ length: 20 }, () => start()))
    const owners = started.filter(({ said }) => said.owned)
    expect(owners).toHaveLength(1)
    const ownerPid = owners[0]?.said.pid
    for (const { said } of started.filter(({ said }) => !said.owned)) {
      expect(said.owner).toEqual({ pid: ownerPid, face: 'browser' })
      expect(said.reply).toEqual({ shown: true, url: null, message: `shown by ${ownerPid}` })
    }
  }, 60_000)
})
