import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  contentSecurityPolicy,
  readBundle,
  registerAppScheme,
  serveBundle,
} from '../../../electron/desktop/app-protocol.ts'
import { calls, resetElectron, schemes } from '../../stubs/electron.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hawser-bundle-'))
  const pages = path.join(folder, 'pages')
  await mkdir(path.join(pages, 'assets'), { recursive: true })
  await writeFile(path.join(folder, 'secret.html'), 'secret')
  await writeFile(path.join(pages, 'index.html'), '<p>hello</p>')
  await writeFile(path.join(pages, 'assets', 'main-1.js'), 'run()')
  await writeFile(path.join(pages, 'assets', 'main-1.js.map'), 'sources')
  await writeFile(path.join(pages, 'assets', 'notes'), 'notes')
  await symlink(path.join(folder, 'secret.html'), path.join(pages, 'link.html'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  resetElectron()
  serveBundle(await readBundle(path.join(folder, 'pages')))
})

const get = async (url: string, method = 'GET'): Promise<Response> =>
  await schemes.get('app')!({ url, method } as Request)

describe('app://bundle', () => {
  it('serves the page under the policy', async () => {
    for (const url of ['app://bundle/', 'app://bundle/index.html', 'app://bundle/index.html?x#y']) {
      const response = await get(url)
      expect(await response.text()).toBe('<p>hello</p>')
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    }
    expect((await get('app://bundle/assets/main-1.js')).headers.get('content-type')).toBe(
      'text/javascript; charset=utf-8',
    )
  })

  it.each([
    'app://bundle/../secret.html',
    'app://bundle/%2e%2e/secret.html',
    'app://bundle/..%2fsecret.html',
    'app://bundle/assets/..%5c..%5csecret.html',
    'app://bundle//index.html',
    'app://bundle/assets/',
    'app://bundle/assets',
    'app://bundle/assets/main-1.js.map',
    'app://bundle/assets/notes',
    'app://bundle/INDEX.HTML',
    'app://bundle/link.html',
    'app://bundle/index.html%00.js',
    'app://bundle/__proto__',
    'app://other/index.html',
    'app://bundle:1/index.html',
    'app://user@other/index.html',
    'file:///etc/passwd',
    'not an address',
  ])('knows nothing of %s', async (url) => {
    const response = await get(url)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('')
  })

  it('answers reading only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await get('app://bundle/index.html', method)).status).toBe(404)
    }
  })

  it('gives its scheme no more rights than a web page has', () => {
    registerAppScheme()
    expect(calls).toEqual([
      {
        name: 'protocol.registerSchemesAsPrivileged',
        args: [
          [
            {
              scheme: 'app',
              privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
            },
          ],
        ],
      },
    ])
  })

  it('allows a page no network, no inline code and no frame', () => {
    const policy = new Map(
      contentSecurityPolicy.split('; ').map((rule) => {
        const [name = '', ...values] = rule.split(' ')
        return [name, values.join(' ')]
      }),
    )
    expect(policy.get('default-src')).toBe("'none'")
    expect(policy.get('connect-src')).toBe("'none'")
    expect(policy.get('script-src')).toBe("'self'")
    expect(policy.get('style-src')).toBe("'self'")
    expect(policy.get('frame-ancestors')).toBe("'none'")
    expect(policy.get('require-trusted-types-for')).toBe("'script'")
    expect(contentSecurityPolicy).not.toMatch(/unsafe|https?:|\*/)
  })
})
