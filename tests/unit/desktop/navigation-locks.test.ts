import { beforeEach, describe, expect, it } from 'vitest'
import type { Session, WebContents } from 'electron'
import { lockContents, lockSession, mayLoad } from '../../../electron/desktop/navigation-locks.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { StubSession } from '../../stubs/electron.ts'
import { StubContents } from '../../stubs/electron-window.ts'

describe('the session', () => {
  let session: StubSession
  const contents = { getURL: () => 'app://bundle/index.html' } as WebContents
  beforeEach(() => {
    session = new StubSession()
    lockSession(session as unknown as Session, silentLogger, false)
  })

  it.each([
    ['clipboard-sanitized-write', true],
    ['clipboard-read', false],
    ['media', false],
    ['notifications', false],
    ['openExternal', false],
    ['geolocation', false],
    ['fileSystem', false],
  ] as const)('answers a request and a check for %s alike', (permission, allowed) => {
    let answer: boolean | null = null
    session.permissionRequest!(contents, permission, (given) => (answer = given), {} as never)
    expect(answer).toBe(allowed)
    expect(session.permissionCheck!(null, permission, 'app://bundle/', {} as never)).toBe(allowed)
  })

  it('gives nothing to another origin', () => {
    let answer: boolean | null = null
    const stranger = { getURL: () => 'https://example.com/' } as WebContents
    session.permissionRequest!(
      stranger,
      'clipboard-sanitized-write',
      (given) => (answer = given),
      {} as never,
    )
    expect(answer).toBe(false)
    expect(
      session.permissionCheck!(null, 'clipboard-sanitized-write', 'https://example.com', {} as never),
    ).toBe(false)
  })

  it('hands out no device, no screen, no download', () => {
    expect(session.device!({} as never)).toBe(false)
    let streams: unknown = 'not asked'
    session.displayMedia!({} as never, (given) => (streams = given))
    expect(streams).toBeNull()
    let prevented = false
    session.emit('will-download', { preventDefault: () => (prevented = true) })
    expect(prevented).toBe(true)
  })

  it.each([
    ['app://bundle/assets/x.js', true],
    ['blob:app://bundle/0-1', true],
    ['data:image/png;base64,AA', true],
    ['app://bundle.evil/x.js', false],
    ['app://other/x.js', false],
    ['https://example.com/', false],
    ['http://127.0.0.1:18789/', false],
    ['ws://127.0.0.1:18789/', false],
    ['file:///etc/passwd', false],
    ['devtools://devtools/bundled/x.js', false],
    ['blob:https://example.com/1', false],
  ])('decides over a request to %s', (url, allowed) => {
    let cancel: boolean | undefined
    session.beforeRequest!({ url, resourceType: 'xhr' } as never, (given) => (cancel = given.cancel))
    expect(cancel).toBe(!allowed)
    expect(mayLoad(url)).toBe(allowed)
  })

  it('lets the developer tools load their own pages where they are on', () => {
    lockSession(session as unknown as Session, silentLogger, true)
    let cancel: boolean | undefined
    session.beforeRequest!({ url: 'devtools://devtools/x.js' } as never, (given) => (cancel = given.cancel))
    expect(cancel).toBe(false)
  })
})

describe('a page', () => {
  const attempt = (event: string, url: string): boolean => {
    const contents = new StubContents()
    lockContents(contents as unknown as WebContents, silentLogger)
    let prevented = false
    contents.emit(event, { url, preventDefault: () => (prevented = true) })
    return prevented
  }
  const events = ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']

  it.each(events)('stays where it is at %s', (event) => {
    for (const url of [
      'https://example.com/',
      'app://bundle/other.html',
      'app://bundle/index.html.evil',
      'app://bundle/index.html?x',
      'file:///etc/passwd',
      'javascript:alert(1)',
    ]) {
      expect(attempt(event, url), url).toBe(true)
    }
  })

  it('may reload itself', () => {
    expect(attempt('will-navigate', 'app://bundle/index.html')).toBe(false)
    expect(attempt('will-navigate', 'app://bundle/index.html#settings')).toBe(false)
  })

  it('opens no window', () => {
    const contents = new StubContents()
    lockContents(contents as unknown as WebContents, silentLogger)
    for (const url of ['https://example.com/', 'about:blank', 'app://bundle/index.html']) {
      expect(contents.windowOpenHandler!({ url } as never)).toEqual({ action: 'deny' })
    }
  })
})
