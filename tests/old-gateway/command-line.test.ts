import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from '../fixtures/command-line.ts'
import { startOldGateway } from '../fixtures/old-gateway.ts'

/** Proof 3 of the main job: the built command line holds one turn with the old gateway (protocol 3). */
it('hawser chat streams a reply of the old gateway and ends 0', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-old-'))
  const gateway = await startOldGateway()
  try {
    const run = await runCli(['chat', gateway.url, 'hello from long ago', '--json', '--data-dir', dataDir], {
      env: { HAWSER_TOKEN: gateway.token },
    })
    expect(run.exit, `${run.stdout}${run.stderr}`).toBe(0)
    expect(run.lines.at(-1)).toMatchObject({ state: 'final' })
    expect(String(run.lines.at(-1)?.['final'])).toContain('hello from long ago')
  } finally {
    await gateway.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
