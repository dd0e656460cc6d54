import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireDataDirLock } from '../../../electron/platform/data-dir-lock.ts'
import type { HandoverRequest } from '../../../electron/platform/lock-protocol.ts'
import { outsidePlace } from '../../../electron/platform/unix-lock.ts'

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

const nobody = (): Promise<never> => Promise.reject(new Error('nobody should ask'))

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

describe('the lock of a data dir', () => {
  it('gives a later starter the owner, who answers its request', async () => {
    const asked: HandoverRequest[] = []
    const first = await acquireDataDirLock(dir, {
      face: 'desktop',
      onHandover: (request) => {
        asked.push(request)
        return Promise.resolve({ shown: true, url: 'http://127.0.0.1:1/', message: 'here I am' })
      },
    })
    const second = await acquireDataDirLock(dir, { face: 'browser', onHandover: nobody })
    if (!first.owned || second.owned) throw new Error('the wrong one owns it')
    expect(second.owner).toEqual({ pid: process.pid, face: 'desktop' })
    expect(await second.handOver({ face: 'browser', open: false })).toEqual({
      shown: true,
      url: 'http://127.0.0.1:1/',
      message: 'here I am',
    })
    expect(asked).toEqual([{ face: 'browser', open: false }])
    await first.release()
    const third = await acquireDataDirLock(dir, { face: 'cli', onHandover: nobody })
    expect(third.owned).toBe(true)
    if (third.owned) await third.release()
  })

  it('says so when the owner does not answer in time', async () => {
    const first = await acquireDataDirLock(dir, {
      face: 'desktop',
      onHandover: () => new Promise(() => undefined),
    })
    const second = await acquireDataDirLock(dir, { face: 'cli', onHandover: nobody })
    if (!first.owned || second.owned) throw new Error('the wrong one owns it')
    await expect(second.handOver({ face: 'cli', open: false }, 50)).rejects.toMatchObject({
      code: 'data.in-use',
    })
    await first.release()
  })

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

  it('never has two owners while starters come and owners are killed', async () => {
    const contest = async (): Promise<boolean> => {
      const lock = await acquireDataDirLock(dir, {
        face: 'cli',
        onHandover: () => Promise.resolve({ shown: true, url: null, message: '' }),
      })
      if (!lock.owned) {
        lock.leave()
        return false
      }
      owning += 1
      most = Math.max(most, owning)
      await new Promise((resolve) => setImmediate(resolve))
      owning -= 1
      await lock.release()
      return true
    }
    let owning = 0
    let most = 0
    let owned = 0
    for (let round = 0; round < 30; round += 1) {
      owned += (await Promise.all(Array.from({ length: 8 }, contest))).filter(Boolean).length
    }
    expect(most).toBe(1)
    expect(owned).toBeGreaterThanOrEqual(30)
    expect((await readdir(path.join(dir, 'lock'))).length).toBeLessThanOrEqual(10)
  })

  it('works below a path too long for a socket', async () => {
    const deep = path.join(dir, 'd'.repeat(120))
    await mkdir(deep)
    const first = await acquireDataDirLock(deep, { face: 'cli', onHandover: nobody })
    const second = await acquireDataDirLock(deep, { face: 'cli', onHandover: nobody })
    expect([first.owned, second.owned]).toEqual([true, false])
    if (!second.owned) second.leave()
    if (first.owned) await first.release()
    const place = await outsidePlace(deep)
    await rm(place, { recursive: true })
    // Goes too where no other data dir of this user has its lock there.
    await rmdir(path.dirname(place)).catch(() => undefined)
  })
})
