import { expect, test } from 'vitest'
import { installCommand, missingPackages } from '../../../build/scripts/support/test-machine.ts'

const machine = (...files: string[]): ((file: string) => boolean) => {
  const there = new Set(files)
  return (file) => there.has(file)
}
const full = [
  '/usr/sbin/sshd',
  '/usr/bin/ssh',
  '/usr/bin/chromium',
  '/usr/bin/gnome-keyring-daemon',
  '/usr/bin/dbus-run-session',
]

test('a full machine misses nothing, also where /usr/sbin is not in PATH', () => {
  expect(missingPackages({ PATH: '/usr/local/bin:/usr/bin' }, machine(...full))).toEqual([])
})

test('what is missing is named by its package', () => {
  expect(missingPackages({ PATH: '/usr/bin' }, machine('/usr/bin/ssh'))).toEqual([
    'openssh-server',
    'chromium',
    'gnome-keyring',
    'dbus',
  ])
  expect(installCommand(['dbus', 'chromium'])).toBe(
    'apt-get install --yes --no-install-recommends dbus chromium',
  )
})

test('another Chromium may serve, if it is there', () => {
  const env = { PATH: '/usr/bin', HAWSER_CHROMIUM: '/opt/chromium' }
  expect(missingPackages(env, machine(...full, '/opt/chromium'))).toEqual([])
  expect(missingPackages(env, machine(...full))).toEqual(['chromium'])
})
