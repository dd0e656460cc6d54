import { spawn, type ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { silentLogger } from '../../electron/log/logger.ts'
import { systemClock } from '../../electron/platform/clock.ts'
import { systemSpawner } from '../../electron/platform/spawn.ts'
import type { SshLink } from '../../electron/ssh/engine.ts'
import { createOpenSsh } from '../../electron/ssh/open-ssh.ts'
import { freePort } from '../fixtures/gateway-peer.ts'
import type { Sshd } from '../fixtures/sshd.ts'

const never = new AbortController().signal
const nobody = (): Promise<null> => Promise.resolve(null)

/** A new sign-in by Hawser's built-in engine, with nothing remembered of an earlier one. */
export function openOurLink(sshd: Sshd, port: number): Promise<SshLink> {
  return createOpenSsh({ spawner: systemSpawner, log: silentLogger })(
    {
      target: `${sshd.user}@127.0.0.1:${port}`,
      identityFile: sshd.privateKeyFile,
      configFile: '/dev/null',
      knownHostsFile: '/dev/null',
      acceptHostKey: sshd.hostKeys[0]?.fingerprint ?? null,
      engine: 'builtin',
      lowLatencyChannel: true,
    },
    {
      signal: never,
      prompter: { hostKey: nobody, passphrase: nobody, password: nobody, code: nobody },
      clock: systemClock,
      log: silentLogger,
      onStage: () => {},
      ownKnownHostsFile: '/dev/null',
    },
  )
}

export interface PeerTunnel {
  readonly port: number
  close(): Promise<void>
}

/** What people use today: `ssh -N -L`, ready when its listener takes a connection. */
export async function openPeerTunnel(sshd: Sshd, port: number, remotePort: number): Promise<PeerTunnel> {
  const localPort = await freePort()
  const options = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    ExitOnForwardFailure: 'yes',
    ControlMaster: 'no',
    ControlPath: 'none',
    LogLevel: 'ERROR',
    IdentitiesOnly: 'yes',
  }
  const child = spawn(
    '/usr/bin/ssh',
    [
      ...[
        '-F',
        '/dev/null',
        '-N',
        '-L',
        `127.0.0.1:${localPort}:127.0.0.1:${remotePort}`,
        '-p',
        String(port),
      ],
      ...['-i', sshd.privateKeyFile],
      ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      `${sshd.user}@127.0.0.1`,
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'] } },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await untilListening(localPort, child)
  return {
    port: localPort,
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = connect({ host: '127.0.0.1', port })
      probe.once('connect', () => {
        probe.destroy()
        resolve(true)
      })
      probe.once('error', () => setTimeout(() => resolve(false), 1))
    })
    if (open) return
  }
  throw new Error('ssh ended before it listened')
}

/** A plain TCP stream, as a bare client opens it. */
export const tcp = (port: number): Duplex => connect({ host: '127.0.0.1', port, noDelay: true })
