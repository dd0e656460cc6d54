import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startBrowserHost, type BrowserHost } from '../../../electron/browser/browser-host.ts'
import { silentLogger } from '../../../electron/log/logger.ts'
import { FakeCore } from './fake-core.ts'
import { openPage, upgradeStatus } from './page-client.ts'

let directory: string
let core: FakeCore
let host: BrowserHost

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hawser-pages-'))
  const rendererDir = path.join(directory, 'renderer')
  await mkdir(path.join(rendererDir, 'assets'), { recursive: true })
  await writeFile(path.join(directory, 'outside.html'), 'outside')
  await writeFile(path.join(rendererDir, 'index.html'), '<!doctype html><title>Hawser</title>')
  await writeFile(path.join(rendererDir, 'assets', 'index-abc123.js'), 'export {}')
  await writeFile(path.join(rendererDir, 'assets', 'index-abc123.js.map'), '{}')
  await symlink(path.join(directory, 'outside.html'), path.join(rendererDir, 'link.html'))
  core = new FakeCore()
  host = await startBrowserHost({
    core,
    rendererDir,
    log: silentLogger,
    limits: { frameBytes: 64 * 1024, callsAtOnce: 4, waitingBytes: 256 * 1024 },
  })
})

afterEach(async () => {
  await host.close()
  await rm(directory, { recursive: true, force: true })
})

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

/** A request whose path goes out exactly as written; `fetch` would tidy it. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: host.port, path: url, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('the page is served with the policy, and is not kept', async () => {
  const answer = await get('/')
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('<title>Hawser</title>')
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
  expect(answer.headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
      `connect-src 'self' ws://127.0.0.1:${host.port} ws://localhost:${host.port}; worker-src 'self'; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  )
  expect((await get('/index.html?x=1')).status).toBe(200)
})

test('a file whose name carries its hash may be kept', async () => {
  const answer = await get('/assets/index-abc123.js')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(answer.headers['cache-control']).toContain('immutable')
})

test.each([
  '/../outside.html',
  '/..%2foutside.html',
  '/%2e%2e/outside.html',
  '/assets/../../outside.html',
  '/assets/..%5c..%5coutside.html',
  '//etc/passwd',
  '/etc/passwd',
  '/link.html',
  '/assets/index-abc123.js.map',
  '/assets',
  '/index.html/',
  '/index.html%00.js',
  'http://127.0.0.1/outside.html',
  '/constructor',
  '/__proto__',
])('nothing but the built pages is served: %s', async (url) => {
  const answer = await get(url)
  expect(answer.status).toBe(404)
  expect(answer.body).not.toContain('outside')
})

test.each(['evil.example', '127.0.0.1', 'localhost', '127.0.0.1:1', '[::1]:1', 'localhost:1'])(
  'a request that names another host is refused: "%s"',
  async (name) => {
    expect((await get('/', { host: name })).status).toBe(403)
  },
)

test('localhost is our name too', async () => {
  expect((await get('/', { host: `localhost:${host.port}` })).status).toBe(200)
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('only reading is allowed: %s', async (method) => {
  expect((await get('/', {}, method)).status).toBe(405)
})

test('HEAD answers without a body', async () => {
  const answer = await get('/', {}, 'HEAD')
  expect(answer.status).toBe(200)
  expect(answer.body).toBe('')
})

test('it listens on 127.0.0.1 only', async () => {
  const other = await new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: host.port })
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
  expect(other).not.toBe('connected')
})

test('a call is answered under its id, and an unknown command is an error like any other', async () => {
  const page = openPage(host)
  expect(await page.call('echo', { a: 'ü' })).toEqual({ ok: true, value: { a: 'ü' } })
  expect(await page.call('no.such-command')).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
  expect(await page.call('__proto__')).toMatchObject({ ok: false, error: { code: 'input.invalid' } })
  expect(await page.call('reject')).toMatchObject({ ok: false, error: { code: 'internal' } })
  expect(page.socket.protocol).toBe('hawser.v1')
})

test('calls may be answered out of order', async () => {
  const page = openPage(host)
  const slow = page.call('hang')
  expect(await page.call('echo', { n: 1 })).toEqual({ ok: true, value: { n: 1 } })
  core.release()
  expect(await slow).toEqual({ ok: true, value: {} })
})

test('two pages stay in agreement', async () => {
  const one = openPage(host)
  const two = openPage(host)
  await Promise.all([one.call('app.snapshot'), two.call('app.snapshot')])
  await one.call('app.set-preferences')
  await two.call('app.set-preferences')
  await Promise.all([one.heard(2), two.heard(2)])
  expect(one.events.map((frame) => frame.payload?.revision)).toEqual([1, 2])
  expect(two.events).toEqual(one.events)
  expect(host.pages()).toBe(2)
})

test('the core knows whether a page is open', async () => {
  const page = openPage(host)
  await page.call('app.snapshot')
  expect(core.watched).toEqual([true])
  page.socket.close()
  await page.closed
  await expect.poll(() => core.watched).toEqual([true, false])
})

test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://127.0.0.1:1', ''])(
  'a socket from another origin, or from none, is refused: "%s"',
  async (origin) => {
    expect(await upgradeStatus(openPage({ ...host, origin }))).toBe(403)
    expect(core.calls).toEqual([])
  },
)

test('a socket that names another host is refused', async () => {
  const page = openPage(host, { options: { headers: { host: `evil.example:${host.port}` } } })
  expect(await upgradeStatus(page)).toBe(403)
})

test('a socket elsewhere than at the bridge is refused', async () => {
  expect(await upgradeStatus(openPage(host, { path: '/' }))).toBe(404)
  expect(await upgradeStatus(openPage(host, { path: '/bridge/x' }))).toBe(404)
  expect(await upgradeStatus(openPage(host, { protocols: [`secret.${host.secret}`] }))).toBe(400)
})

test.each([
  ['missing', ['hawser.v1']],
  ['empty', ['hawser.v1', 'secret.']],
  ['wrong', ['hawser.v1', `secret.${'0'.repeat(64)}`]],
])('a page with the secret %s is told so, and is never served', async (_, protocols) => {
  const page = openPage(host, { protocols })
  page.socket.once('open', () => page.socket.send(JSON.stringify({ id: 1, call: 'app.snapshot', input: {} })))
  core.change()
  expect((await page.closed).code).toBe(4401)
  expect(core.calls).toEqual([])
  expect(page.events).toEqual([])
})

test('two secrets are no secret', async () => {
  const page = openPage(host, {
    protocols: ['hawser.v1', `secret.${'0'.repeat(64)}`, `secret.${host.secret}`],
  })
  expect((await page.closed).code).toBe(4401)
})

test('the secret is long and travels in the fragment', () => {
  expect(host.secret).toMatch(/^[0-9a-f]{64}$/)
  expect(host.url).toBe(`http://127.0.0.1:${host.port}/#secret=${host.secret}`)
})

test.each([
  ['text that is not JSON', 'hello'],
  ['an array', '[]'],
  ['no id', JSON.stringify({ call: 'echo', input: {} })],
  ['an id that is no number', JSON.stringify({ id: 'x', call: 'echo' })],
  ['a call that is no text', JSON.stringify({ id: 1, call: {} })],
  ['bytes', Buffer.from([1, 2, 3])],
])('a frame that is not one of ours ends the socket: %s', async (_, frame) => {
  const page = openPage(host)
  await page.call('app.snapshot')
  page.socket.send(frame)
  expect((await page.closed).code).toBe(4400)
})

test('a frame over the cap ends the socket before it is read', async () => {
  const page = openPage(host)
  await page.call('app.snapshot')
  page.socket.send(JSON.stringify({ id: 9, call: 'echo', input: 'x'.repeat(65 * 1024) }))
  expect((await page.closed).code).toBe(1009)
  expect(core.calls.map((call) => call.name)).toEqual(['app.snapshot'])
})

test('more calls at once than any page makes end the socket', async () => {
  const page = openPage(host)
  await page.call('app.snapshot')
  for (let id = 10; id < 15; id += 1) page.socket.send(JSON.stringify({ id, call: 'hang', input: {} }))
  expect((await page.closed).code).toBe(4429)
})

test('a page that does not read is dropped, with a reason, and the others hear on', async () => {
  const slow = openPage(host)
  const quick = openPage(host)
  await Promise.all([slow.call('app.snapshot'), quick.call('app.snapshot')])
  slow.socket.pause()
  // 20 MB: the kernel's own buffers take a few megabytes before anything waits with us.
  const text = 'x'.repeat(64 * 1024)
  for (let sent = 1; sent <= 320; sent += 1) {
    core.change(text)
    await quick.heard(sent)
  }
  slow.socket.resume()
  expect((await slow.closed).code).toBe(4408)
  expect(slow.events.length).toBeLessThan(320)
  core.change('after')
  await quick.heard(321)
  expect(host.pages()).toBe(1)
})

test('closing tells the pages, frees the port and can be repeated', async () => {
  const page = openPage(host)
  await page.call('app.snapshot')
  await Promise.all([host.close(), host.close()])
  expect((await page.closed).code).toBe(1001)
  await expect(get('/')).rejects.toThrow('ECONNREFUSED')
})

test('a taken port is an error of the caller, and leaves nothing listening to the core', async () => {
  await expect(
    startBrowserHost({
      core,
      rendererDir: path.join(directory, 'renderer'),
      log: silentLogger,
      port: host.port,
    }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('pages that were not built are an error that says so', async () => {
  await expect(startBrowserHost({ core, rendererDir: directory, log: silentLogger })).rejects.toThrow(
    'the pages are not built',
  )
})
