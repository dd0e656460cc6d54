import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { autostartFile, autostartText, hasAutostart } from '../../../electron/desktop/autostart-file.ts'
import {
  setStartAtLogin,
  startedAtLogin,
  type LoginItemOptions,
} from '../../../electron/desktop/login-item.ts'
import manifest from '../../../package.json' with { type: 'json' }
import { calls, resetElectron, system } from '../../stubs/electron.ts'

let home = ''
let options: LoginItemOptions
beforeEach(async () => {
  resetElectron()
  home = await mkdtemp(path.join(tmpdir(), 'hawser-home-'))
  options = { platform: 'linux', autostartFile: autostartFile({}, home), command: ['/opt/Haw ser/hawser'] }
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('on Linux', () => {
  it('writes the entry whole, and takes it away', async () => {
    expect(await setStartAtLogin(options, true, true)).toBe(true)
    expect(await readFile(options.autostartFile, 'utf8')).toBe(
      [
        '[Desktop Entry]',
        'Type=Application',
        'Name=Hawser',
        'Comment=Ties this desktop to an OpenClaw Gateway',
        'Exec="/opt/Haw ser/hawser" "--hidden"',
        'Icon=io.github.hawser.Hawser',
        'Terminal=false',
        'StartupNotify=false',
        'X-GNOME-Autostart-enabled=true',
        '',
      ].join('\n'),
    )
    expect(await setStartAtLogin(options, false, true)).toBe(false)
    await expect(stat(options.autostartFile)).rejects.toThrow('ENOENT')
    expect(await setStartAtLogin(options, false, true)).toBe(false)
  })

  it('sees that the desktop switched the entry off', async () => {
    await setStartAtLogin(options, true, false)
    const text = await readFile(options.autostartFile, 'utf8')
    await writeFile(options.autostartFile, text.replace('enabled=true', 'enabled=false'))
    expect(await hasAutostart(options.autostartFile)).toBe(false)
  })

  it('is called as the installed desktop file is', () => {
    expect(path.basename(autostartFile({}, '/home/ada'))).toBe(manifest.desktopName)
    expect(autostartFile({ XDG_CONFIG_HOME: '/xdg' }, '/home/ada')).toMatch(/^\/xdg\/autostart\//)
    expect(autostartFile({ XDG_CONFIG_HOME: 'relative' }, '/home/ada')).toMatch(/^\/home\/ada\/\.config\//)
  })

  it.each([
    ['/a b', '"/a b"'],
    ['100%', '"100%%"'],
    ['a"b', String.raw`"a\\"b"`],
    ['a$b`c', '"a\\\\$b\\\\`c"'],
    ['back\\slash', String.raw`"back\\\\slash"`],
  ])('quotes %s', (argument, quoted) => {
    expect(autostartText([argument])).toContain(`\nExec=${quoted}\n`)
  })

  it('writes no second line from a path', () => {
    expect(() => autostartText(['/a\nExec=evil'])).toThrow('control character')
  })
})

describe('elsewhere', () => {
  it('asks macOS, and counts "needs approval" as on', async () => {
    expect(await setStartAtLogin({ ...options, platform: 'darwin' }, true, true)).toBe(true)
    expect(calls).toEqual([{ name: 'app.setLoginItemSettings', args: [{ openAtLogin: true }] }])
    system.loginItem.wasOpenedAtLogin = true
    expect(startedAtLogin('darwin')).toBe(true)
    expect(startedAtLogin('win32')).toBe(false)
  })

  it('tells Windows to start hidden by an argument', async () => {
    const windows: LoginItemOptions = {
      ...options,
      platform: 'win32',
      command: ['C:\\hawser.exe', '--data-dir=D:\\x'],
    }
    expect(await setStartAtLogin(windows, true, true)).toBe(true)
    expect(calls[0]?.args).toEqual([
      { openAtLogin: true, path: 'C:\\hawser.exe', args: ['--data-dir=D:\\x', '--hidden'] },
    ])
    expect(await setStartAtLogin(windows, false, false)).toBe(false)
  })
})
