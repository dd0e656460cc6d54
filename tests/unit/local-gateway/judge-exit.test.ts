import { AppFailure } from '../../../shared/result.ts'
import { describe, expect, it } from 'vitest'
import { judgeExit } from '../../../electron/local-gateway/judge-exit.ts'
import type { ChildExit } from '../../../electron/platform/spawn.ts'

const noTools = { run: () => Promise.reject(new Error('no tools')) }
const judge = async (
  exit: Partial<ChildExit>,
  wasReady: boolean,
  tail: readonly string[] = [],
): Promise<string> => {
  const verdict = await judgeExit({ code: null, signal: null, ...exit }, wasReady, tail, 1, noTools)
  return verdict instanceof AppFailure ? verdict.code : verdict
}

describe('judgeExit', () => {
  it.each([
    ['a clean end', { code: 0 }, true, [], 'ended'],
    ['a polite signal', { signal: 'SIGTERM' }, true, [], 'ended'],
    ['a kill', { signal: 'SIGKILL' }, true, [], 'crashed'],
    ['an error', { code: 1 }, true, [], 'crashed'],
    [
      'an error that mentions a port much later',
      { code: 1 },
      true,
      ['EADDRINUSE on another port'],
      'crashed',
    ],
    ['a refused configuration', { code: 78 }, false, ['Config invalid'], 'local.config-invalid'],
    ['a port in use', { code: 1 }, false, ['listen EADDRINUSE'], 'local.port-taken'],
    [
      'another gateway that has the lock',
      { code: 78 },
      false,
      ['gateway already running (pid 5); lock timeout after 5000ms'],
      'local.port-taken',
    ],
    ['an unseen end with last words', {}, true, ['[shutdown] completed cleanly in 130ms'], 'ended'],
    ['an unseen end without', {}, true, ['busy'], 'crashed'],
  ] as const)('%s', async (_what, exit, wasReady, tail, expected) => {
    expect(await judge(exit, wasReady, tail)).toBe(expected)
  })

  it('tells the complaint of the gateway, without its time stamp', async () => {
    const tail = ['2026-11-21T02:52:59.779+00:00 [gateway] invalid config: port', 'bye']
    const verdict = await judgeExit({ code: 78, signal: null }, false, tail, 1, noTools)
    expect((verdict as AppFailure).error.message).toContain('([gateway] invalid config: port)')
  })
})
