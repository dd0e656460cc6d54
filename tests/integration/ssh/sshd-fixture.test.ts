import { existsSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { systemSpawner } from '../../../electron/platform/spawn.ts'
import { startSshd, type Sshd } from '../../fixtures/sshd.ts'

let server: Sshd | null = null
afterEach(async () => {
  await server?.dispose()
  server = null
})

const signIn = (
  sshd: Sshd,
  command: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  systemSpawner.run(
    'ssh',
    [
      ...['-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-i', sshd.privateKeyFile],
      ...['-o', `UserKnownHostsFile=${sshd.knownHostsFile}`, '-o', 'StrictHostKeyChecking=yes'],
      ...['-p', String(sshd.port), `${sshd.user}@${sshd.host}`, command],
    ],
    { timeoutMs: 30_000 },
  )

test('the fixture is a server that the system ssh can use, stop, restart and lose', async () => {
  server = await startSshd()
  expect(await signIn(server, 'echo hello')).toMatchObject({ code: 0, stdout: 'hello\n' })
  await server.stop()
  expect((await signIn(server, 'echo hello')).stderr).toContain('Connection refused')
  await server.start()
  const running = signIn(server, 'echo up; sleep 60')
  while (!server.log.some((line) => line.includes('Starting session'))) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  // The log keeps lines of the first run: wait until this connection has its processes.
  while (server.sessions().length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(await server.killSessions()).toBeGreaterThan(0)
  expect((await running).code).toBe(255)
  expect(server.sessions()).toEqual([])
  await server.replaceHostKeys()
  await server.stop()
  await server.start()
  expect((await signIn(server, 'true')).stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED')
  await server.dispose()
  expect(existsSync(server.directory)).toBe(false)
})
