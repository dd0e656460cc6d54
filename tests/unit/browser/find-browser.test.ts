import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBrowser, type BrowserMachine } from '../../../electron/browser/find-browser.ts'

let bin: string

beforeEach(async () => {
  bin = await mkdtemp(path.join(tmpdir(), 'hawser-bin-'))
  for (const name of ['xdg-open', 'wslview']) {
    await writeFile(path.join(bin, name), '#!/bin/sh\n')
    await chmod(path.join(bin, name), 0o755)
  }
})
afterEach(() => rm(bin, { recursive: true, force: true }))

const look = (platform: NodeJS.Platform, env: BrowserMachine['env']): string => {
  const found = findBrowser({ platform, env: { PATH: bin, ...env }, home: '/home/ada' })
  if (typeof found === 'string') return found
  return [path.basename(found.command), ...found.args('/tmp/a b/open.html')].join(' ')
}

test('a Linux desktop opens with xdg-open', () => {
  const command = 'xdg-open file:///tmp/a%20b/open.html'
  expect(look('linux', { DISPLAY: ':0' })).toBe(command)
  expect(look('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(command)
})

test('no display means no browser, and so does no opener', () => {
  expect(look('linux', {})).toContain('no display')
  expect(look('linux', { DISPLAY: '' })).toContain('no display')
  expect(look('linux', { DISPLAY: ':0', PATH: '/nonexistent' })).toContain('No program')
  // A relative entry would let the current directory choose the program.
  expect(look('linux', { DISPLAY: ':0', PATH: path.relative(process.cwd(), bin) })).toContain('No program')
})

test('WSL uses the browser of Windows', () => {
  expect(look('linux', { WSL_DISTRO_NAME: 'Debian' })).toBe('wslview /tmp/a b/open.html')
})

test('macOS and Windows use their own openers, but not for somebody who came over SSH', () => {
  expect(look('darwin', {})).toBe('open file:///tmp/a%20b/open.html')
  expect(look('win32', {})).toBe('rundll32.exe url.dll,FileProtocolHandler /tmp/a b/open.html')
  expect(look('darwin', { SSH_CONNECTION: '1 2 3 4' })).toContain('no display')
  expect(look('win32', { SSH_CONNECTION: '1 2 3 4' })).toContain('no display')
})
