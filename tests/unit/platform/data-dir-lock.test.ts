import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireDataDirLock } from '../../../electron/platform/data-dir-lock.ts'
import type { HandoverRequest } from '../../../electron/platform/lock-protocol.ts'
import { outsidePlace } from '../../../electron/platform/unix-lock.ts'

let dir = ''
const nobody = (): Promise<never> => Promise.reject(new Error('nobody should ask'))

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'hawser-lock-'))
})
afterEach(async () => {
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
