import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from '../../fixtures/command-line.ts'
import { freePort, startGatewayPeer, type GatewayPeer } from '../../fixtures/gateway-peer.ts'
import { generateKey, startSshd, type Sshd } from '../../fixtures/sshd.ts'

/** Proof 1 of the main job: the command line against a real sshd and a real gateway, case by case. */
describe('hawser on the real parts', () => {
  let gateway: GatewayPeer
  let sshd: Sshd
  let dataDir: string

  beforeAll(async () => {
    ;[gateway, sshd, dataDir] = await Promise.all([
      startGatewayPeer(),
      startSshd(),
      mkdtemp(path.join(tmpdir(), 'hawser-cli-')),
    ])
  })
  afterAll(async () => {
    await gateway?.stop()
    await sshd?.dispose()
    await rm(dataDir, { recursive: true, force: true })
  })

  const words = (verb: string, target: string, extra: readonly string[] = []): string[] => [
    verb,
    target,
    ...extra,
    '--json',
    '--data-dir',
    dataDir,
    '--identity',
    sshd.privateKeyFile,
    '--ssh-config',
    '/dev/null',
  ]
  const known = (): string[] => ['--known-hosts', sshd.knownHostsFile, '--remote-port', String(gateway.port)]
  const token = (): { env: Record<string, string> } => ({ env: { HAWSER_TOKEN: gateway.token } })

  it('chat streams the reply and ends 0', async () => {
    const run = await runCli([...words('chat', sshd.target, ['hello proof']), ...known()], token())
    expect(run.stderr).toBe('')
    expect(run.exit).toBe(0)
    const deltas = run.lines.filter((line) => 'delta' in line)
    expect(deltas.length).toBeGreaterThan(1)
    const last = run.lines.at(-1)
    expect(last).toMatchObject({ state: 'final' })
    expect(last?.['final']).toContain('hello proof')
  })

  it('doctor is all green', async () => {
    const run = await runCli([...words('doctor', sshd.target), ...known()], token())
    expect(run.exit).toBe(0)
    const stages = run.lines.filter((line) => 'stage' in line)
    expect(stages.map((line) => [line['stage'], line['state']])).toEqual(
      ['network', 'ssh', 'forward', 'gateway', 'auth', 'pairing', 'ready'].map((stage) => [stage, 'ok']),
    )
    expect(run.result).toMatchObject({
      result: 'ready',
      exit: 0,
      engine: 'builtin',
      target: { host: '127.0.0.1' },
    })
  })

  it('status tells the health of the gateway with its host', async () => {
    const run = await runCli([...words('status', sshd.target), ...known()], token())
    expect(run.exit).toBe(0)
    expect(run.lines[0]?.['status']).toMatchObject({ healthy: true, version: '2026.9.6', missing: [] })
  })

  it('connect stays, serves a local port, and ends 130 at Ctrl-C', async () => {
    const port = await freePort()
    const running = startCli(
      [...words('connect', sshd.target), ...known(), '--local-port', String(port)],
      token(),
    )
    await running.line((line) => line['result'] === 'ready')
    await running.line((line) => line['localPort'] === port)
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect(await answer.json()).toMatchObject({ ok: true })
    running.child.kill('SIGINT')
    expect((await running.ended).exit).toBe(130)
  })

  it('sshd stopped: 10', async () => {
    const stopped = await startSshd()
    await stopped.stop()
    const run = await runCli([...words('doctor', stopped.target), ...known()], token())
    await stopped.dispose()
    expect(run.exit).toBe(10)
    expect(run.result).toMatchObject({ code: 'network.refused', next: expect.stringContaining('port') })
  })

  it('an unknown host: 11, with the fingerprint; accepting exactly it goes on', async () => {
    const nobody = path.join(dataDir, 'no-hosts')
    await writeFile(nobody, '')
    const flags = ['--known-hosts', nobody, '--remote-port', String(gateway.port)]
    const run = await runCli([...words('doctor', sshd.target), ...flags], token())
    const fingerprint = sshd.hostKeys[0]!.fingerprint
    expect(run.exit).toBe(11)
    expect(run.result).toMatchObject({ code: 'ssh.host-key-unknown' })
    expect(String(run.result?.['message'])).toContain(fingerprint)
    const accepted = await runCli(
      [...words('doctor', sshd.target), ...flags, '--accept-host-key', fingerprint],
      token(),
    )
    expect(accepted.exit).toBe(0)
    const other = `SHA256:${'A'.repeat(43)}`
    const refused = await runCli(
      [...words('doctor', sshd.target), ...flags, '--accept-host-key', other],
      token(),
    )
    expect(refused.exit).toBe(11)
  })

  it('a wrong host key: 12, even with --accept-host-key', async () => {
    const other = await startSshd()
    const wrong = path.join(dataDir, 'wrong-hosts')
    const name = `[127.0.0.1]:${sshd.port}`
    await writeFile(wrong, `${name} ${other.hostKeys[0]!.publicKey}\n`)
    await other.dispose()
    const flags = ['--known-hosts', wrong, '--remote-port', String(gateway.port)]
    const accept = ['--accept-host-key', sshd.hostKeys[0]!.fingerprint]
    for (const extra of [[], accept]) {
      const run = await runCli([...words('doctor', sshd.target), ...flags, ...extra], token())
      expect(run.exit).toBe(12)
      expect(run.result).toMatchObject({ code: 'ssh.host-key-changed' })
    }
  })

  it('a sign-in that fails: 13', async () => {
    const stranger = path.join(dataDir, 'stranger')
    await generateKey(stranger, 'ed25519')
    const run = await runCli([...words('doctor', sshd.target), ...known(), '--identity', stranger], token())
    expect(run.exit).toBe(13)
    expect(run.result).toMatchObject({ code: 'ssh.sign-in-failed' })
  })

  it('an encrypted key without its passphrase: 13; with it from the environment: 0', async () => {
    const locked = path.join(dataDir, 'locked')
    sshd.authorize([await generateKey(locked, 'ed25519', { passphrase: 'open sesame' })])
    const flags = [...known(), '--identity', locked]
    const run = await runCli([...words('doctor', sshd.target), ...flags], token())
    expect(run.exit).toBe(13)
    expect(run.result).toMatchObject({ code: 'ssh.passphrase-needed' })
    expect(String(run.result?.['next'])).toContain('HAWSER_SSH_PASSPHRASE')
    const opened = await runCli([...words('doctor', sshd.target), ...flags], {
      env: { ...token().env, HAWSER_SSH_PASSPHRASE: 'open sesame' },
    })
    expect(opened.exit).toBe(0)
  })

  it('a wrong gateway token: 15; none: 15', async () => {
    const wrong = await runCli([...words('doctor', sshd.target), ...known()], {
      env: { HAWSER_TOKEN: 'wrong' },
    })
    expect(wrong.exit).toBe(15)
    expect(wrong.result).toMatchObject({ code: 'auth.token-wrong' })
    const none = await runCli([...words('doctor', sshd.target), ...known()])
    expect(none.exit).toBe(15)
    expect(none.result).toMatchObject({
      code: 'auth.token-missing',
      next: expect.stringContaining('HAWSER_TOKEN'),
    })
  })

  it('no gateway behind the forward: 14', async () => {
    const port = await freePort()
    const run = await runCli(
      [...words('doctor', sshd.target), '--known-hosts', sshd.knownHostsFile, '--remote-port', String(port)],
      token(),
    )
    expect(run.exit).toBe(14)
    expect(run.result).toMatchObject({ code: 'forward.nothing-listening' })
    expect(run.lines.filter((line) => line['stage'] === 'ssh')[0]).toMatchObject({ state: 'ok' })
  })

  it('AllowTcpForwarding no: 14', async () => {
    const closed = await startSshd({ config: ['AllowTcpForwarding no'] })
    const run = await runCli(
      [
        ...words('doctor', closed.target),
        ...['--identity', closed.privateKeyFile, '--known-hosts', closed.knownHostsFile],
        ...['--remote-port', String(gateway.port)],
      ],
      token(),
    )
    await closed.dispose()
    expect(run.exit).toBe(14)
    expect(run.result).toMatchObject({
      code: 'forward.prohibited',
      next: expect.stringContaining('sshd_config'),
    })
  })

  it('something that is no gateway: 17', async () => {
    const server = createServer((_request, response) => response.end('a web server'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const run = await runCli(
      [...words('doctor', sshd.target), ...known(), '--remote-port', String(port)],
      token(),
    )
    server.close()
    expect(run.exit).toBe(17)
    expect(run.result).toMatchObject({ code: 'gateway.not-a-gateway' })
  })

  it('an address, and this computer: the same doctor, without ssh', async () => {
    const flags = ['--json', '--data-dir', dataDir]
    const direct = await runCli(['doctor', gateway.url, ...flags], token())
    expect(direct.exit, direct.stdout).toBe(0)
    const states = (run: typeof direct) =>
      run.lines.filter((line) => 'stage' in line).map((line) => line['state'])
    const expected = ['ok', 'skipped', 'skipped', 'ok', 'ok', 'ok', 'ok']
    expect(states(direct)).toEqual(expected)
    // Port and token come from the gateway's own configuration file.
    const local = await runCli(['doctor', 'local', ...flags], {
      env: { OPENCLAW_CONFIG_PATH: gateway.configFile },
    })
    expect(local.exit, local.stdout).toBe(0)
    expect(states(local)).toEqual(expected)
  })

  it('usage: 2, with a result line', async () => {
    const run = await runCli(['chat', sshd.target, '--json'])
    expect(run.exit).toBe(2)
    expect(run.result).toMatchObject({ result: 'failed', code: 'usage' })
    const unknown = await runCli(['doctor', 'http://example.org', '--json', '--data-dir', dataDir])
    expect(unknown.result).toMatchObject({ exit: 2, code: 'target.unknown' })
  })
})

describe('hawser and a gateway that wants pairing', () => {
  it('pairing required: 16, and approved it goes on', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'hawser-cli-'))
    const [gateway, sshd] = await Promise.all([
      startGatewayPeer({ config: { gateway: { nodes: { pairing: { autoApproveLocal: false } } } } }),
      startSshd(),
    ])
    try {
      const words = [
        ...['doctor', sshd.target, '--json', '--data-dir', dataDir, '--ssh-config', '/dev/null'],
        ...['--identity', sshd.privateKeyFile, '--known-hosts', sshd.knownHostsFile],
        ...['--remote-port', String(gateway.port)],
      ]
      const env = { HAWSER_TOKEN: gateway.token }
      const run = await runCli(words, { env })
      expect(run.exit).toBe(16)
      expect(run.result).toMatchObject({ code: 'pairing.required' })
      const requestId = /request ([0-9a-f-]+)/.exec(String(run.result?.['message']))?.[1] ?? ''
      expect(requestId).not.toBe('')
      const approved = await gateway.cli(['devices', 'approve', requestId])
      expect(approved.code, approved.stderr).toBe(0)
      expect((await runCli(words, { env })).exit).toBe(0)
    } finally {
      await gateway.stop()
      await sshd.dispose()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
