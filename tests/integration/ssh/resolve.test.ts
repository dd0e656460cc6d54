import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLogger } from '../../../electron/log/logger.ts'
import { systemSpawner } from '../../../electron/platform/spawn.ts'
import { resolveSshTarget, type FullyResolvedTarget } from '../../../electron/ssh/resolve-target.ts'
import { systemSshEnvironment } from '../../../electron/ssh/ssh-environment.ts'

test('the real ssh -G and our own reader of the same file agree', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hawser-resolve-'))
  try {
    writeFileSync(
      join(directory, 'more'),
      'Host nobody\n  Port 1\nHost *\n  IdentityFile "/k/%r %h"\n  ServerAliveInterval 3\n',
    )
    const configFile = join(directory, 'config')
    writeFileSync(
      configFile,
      [
        `Include ${directory}/m*`,
        'Host box b*x !bax',
        '  HostName real.example.org',
        '  Port 2200',
        'Match originalhost box user ada',
        '  ConnectTimeout 4',
        'Host *',
        '  User ada',
        '  HostKeyAlias name',
        '  UserKnownHostsFile /k/one "/k/a two"',
        '  GlobalKnownHostsFile /k/global',
        '  IdentityFile /k/second',
        '  IdentityAgent /k/agent',
        '  IdentitiesOnly yes',
        '',
      ].join('\n'),
    )
    const resolve = (ssh: boolean, target: string): Promise<FullyResolvedTarget> =>
      resolveSshTarget(
        {
          target,
          configFile,
          identityFile: null,
          knownHostsFile: null,
          acceptHostKey: null,
          engine: 'auto',
          lowLatencyChannel: false,
        },
        {
          spawner: systemSpawner,
          environment: systemSshEnvironment(),
          log: silentLogger,
          fileExists: (path) => path.startsWith('/k/') || (ssh && path === '/usr/bin/ssh'),
        },
      )
    for (const target of ['ada@box', 'box', 'bax', 'eve@[::1]:7']) {
      const theirs = await resolve(true, target)
      const ours = await resolve(false, target)
      expect(theirs.source).toBe('ssh -G')
      expect({ ...ours, source: theirs.source }).toEqual(theirs)
    }
    expect((await resolve(true, 'ada@box')).identityFiles).toEqual(['/k/ada real.example.org', '/k/second'])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
