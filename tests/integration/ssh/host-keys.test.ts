import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemSpawner } from '../../../electron/platform/spawn.ts'
import { preparedPrompter, sshPlayground, type SshPlayground } from '../../fixtures/ssh-links.ts'
import { startSshd, type Sshd } from '../../fixtures/sshd.ts'

let place: SshPlayground
let sshd: Sshd
beforeEach(async () => {
  place = sshPlayground()
  sshd = await startSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] })
})
afterEach(async () => {
  await place.dispose()
  expect(place.timers()).toBe(0)
  await sshd.dispose()
})

const userFile = (): string => join(place.home, '.ssh', 'known_hosts')
const target = (): { target: string; identityFile: string } => ({
  target: sshd.target,
  identityFile: sshd.privateKeyFile,
})
const lineOf = (type: string): string => sshd.hostKeys.find((key) => key.type === type)!.knownHostsLine
const writeOwn = (text: string): void => {
  mkdirSync(dirname(place.ownKnownHostsFile), { recursive: true })
  writeFileSync(place.ownKnownHostsFile, text)
}

test('an unknown host is asked about before anything is signed in; a no ends it', async () => {
  const prompter = preparedPrompter({ hostKey: ['no'] })
  const failed = await place.fails(target(), { prompter })
  expect(failed.error).toMatchObject({
    code: 'ssh.host-key-unknown',
    message: expect.stringContaining(sshd.hostKeys[0]!.fingerprint) as string,
  })
  expect(sshd.log.join('\n')).not.toContain('Accepted')
  expect(existsSync(place.ownKnownHostsFile)).toBe(false)
})

test('a yes goes to our own file, 0600; the user\u2019s file only when it was named', async () => {
  writeFileSync(userFile(), '# mine')
  await place.open(target(), { prompter: preparedPrompter({ hostKey: ['yes'] }) })
  expect(readFileSync(place.ownKnownHostsFile, 'utf8')).toBe(`${lineOf('ed25519')}\n`)
  expect(statSync(place.ownKnownHostsFile).mode & 0o777).toBe(0o600)
  expect(readFileSync(userFile(), 'utf8')).toBe('# mine')
  writeOwn('')
  await place.open(target(), { prompter: preparedPrompter({ hostKey: ['yes-add'] }) })
  expect(readFileSync(userFile(), 'utf8')).toBe(`# mine\n${lineOf('ed25519')}\n`)
  // What was written is what OpenSSH itself understands.
  const found = await systemSpawner.run('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', userFile()], {
    timeoutMs: 5000,
  })
  expect(found.stdout).toContain('ssh-ed25519')
})

test('an answer that names another fingerprint is no yes', async () => {
  const prompter = {
    ...preparedPrompter(),
    hostKey: () =>
      Promise.resolve({ kind: 'host-key' as const, fingerprint: 'SHA256:other', addToUserFile: true }),
  }
  expect((await place.fails(target(), { prompter })).code).toBe('ssh.host-key-unknown')
  expect(existsSync(place.ownKnownHostsFile)).toBe(false)
})

test('exactly the key that was named is accepted without a question, and nothing is written', async () => {
  const prompter = preparedPrompter({ hostKey: ['yes'] })
  await place.open({ ...target(), acceptHostKey: sshd.hostKeys[0]!.fingerprint }, { prompter })
  expect(existsSync(place.ownKnownHostsFile)).toBe(false)
  const other = await place.fails({ ...target(), acceptHostKey: `SHA256:${'A'.repeat(43)}` }, { prompter })
  expect(other.code).toBe('ssh.host-key-unknown')
  expect(prompter.asked).toEqual([])
})

test('a named key is never accepted over a changed one', async () => {
  writeFileSync(userFile(), `${lineOf('ed25519')}\n`)
  const [replaced] = await sshd.replaceHostKeys()
  await sshd.stop()
  await sshd.start()
  const prompter = preparedPrompter({ hostKey: ['yes'] })
  const failed = await place.fails({ ...target(), acceptHostKey: replaced!.fingerprint }, { prompter })
  expect(failed.error).toMatchObject({
    code: 'ssh.host-key-changed',
    command: `ssh-keygen -R '[127.0.0.1]:${sshd.port}' -f '${userFile()}'`,
  })
  expect(failed.error.message).toContain(replaced!.fingerprint)
  expect(failed.error.message).toContain(sshd.hostKeys[0]!.fingerprint)
  expect(failed.error.message).toContain(`${userFile()}:1`)
  expect(prompter.asked).toEqual([])
})

test('a hashed name is found', async () => {
  writeFileSync(userFile(), `${lineOf('ed25519')}\n`)
  await systemSpawner.run('ssh-keygen', ['-H', '-f', userFile()], { timeoutMs: 5000 })
  expect(readFileSync(userFile(), 'utf8')).toMatch(/^\|1\|/)
  await place.open(target())
})

test.for(['ecdsa', 'rsa'])('a host known by its %s key only is asked for that one', async (type) => {
  writeFileSync(userFile(), `${lineOf(type)}\n`)
  await place.open(target())
})

test('a revoked key is refused, whatever else is known', async () => {
  writeFileSync(userFile(), `${lineOf('ed25519')}\n@revoked * ${sshd.hostKeys[0]!.publicKey}\n`)
  const failed = await place.fails(target())
  expect(failed.code).toBe('ssh.host-key-revoked')
  expect(failed.error.message).toContain(`${userFile()}:2`)
})

test('a different key in either file wins over a good one in the other', async () => {
  const other = `${lineOf('ed25519').split(' ')[0] ?? ''} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(42)}A=`
  writeFileSync(userFile(), `${lineOf('ed25519')}\n`)
  writeOwn(`${other}\n`)
  expect((await place.fails(target())).error.message).toContain(`${place.ownKnownHostsFile}:1`)
  writeFileSync(userFile(), `${other}\n`)
  writeOwn(`${lineOf('ed25519')}\n`)
  expect((await place.fails(target())).error.message).toContain(`${userFile()}:1`)
})

test('a file given for the run replaces all others, and keeps a yes for the run only', async () => {
  writeFileSync(userFile(), `${lineOf('ed25519')}\n`)
  const knownHostsFile = place.file('empty_known_hosts', '')
  const asked = { ...target(), knownHostsFile }
  expect((await place.fails(asked)).code).toBe('ssh.host-key-unknown')
  await place.open(asked, { prompter: preparedPrompter({ hostKey: ['yes'] }) })
  await place.open(asked)
  expect(readFileSync(knownHostsFile, 'utf8')).toBe('')
  expect(existsSync(place.ownKnownHostsFile)).toBe(false)
})

test('HostKeyAlias is the name that counts', async () => {
  writeFileSync(userFile(), `my-server ${sshd.hostKeys[0]!.publicKey}\n`)
  const configFile = place.file(
    'config',
    `Host box\nHostName 127.0.0.1\nPort ${sshd.port}\nUser ${sshd.user}\nHostKeyAlias my-server\nUserKnownHostsFile ${userFile()}\n`,
  )
  const link = await place.open({ ...target(), target: 'box', configFile })
  expect(link.resolved).toMatchObject({ host: '127.0.0.1', port: sshd.port, source: 'ssh -G' })
})
