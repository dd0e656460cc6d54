import { beforeEach, describe, expect, it } from 'vitest'
import { openExternalLink, vetLink } from '../../../electron/desktop/external-links.ts'
import { calls, resetElectron } from '../../stubs/electron.ts'

beforeEach(() => resetElectron())

describe('links that leave the app', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTP://EXAMPLE.com/a b', 'http://example.com/a%20b'],
    ['mailto:ada@example.com', 'mailto:ada@example.com'],
    ['http://127.0.0.1:18789/#token=x', 'http://127.0.0.1:18789/#token=x'],
  ])('opens %s', async (address, opened) => {
    await openExternalLink(address)
    expect(calls).toEqual([{ name: 'shell.openExternal', args: [opened] }])
  })

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-msdt:/id',
    'vscode://file/x',
    'app://bundle/index.html',
    'data:text/html,x',
    'https://bank.example@evil.example/',
    'https://user:pw@example.com/',
    '/etc/passwd',
    '\\\\host\\share',
    '',
    `https://example.com/${'a'.repeat(2048)}`,
  ])('refuses %s', async (address) => {
    expect(vetLink(address)).toBeNull()
    await expect(openExternalLink(address)).rejects.toMatchObject({ code: 'input.invalid' })
    expect(calls).toEqual([])
  })
})
