import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock, type Clock } from '../../../electron/platform/clock.ts'

/**
 * What `openclaw gateway run` does here, by the word in `$HOME/mode`: the ways a gateway ends that the real one cannot be
 * made to show at will. Each start adds a line to `$HOME/starts`.
 */
const script = `
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
const home = process.env.HOME
const config = JSON.parse(readFileSync(home + '/.openclaw/openclaw.json', 'utf8'))
const mode = readFileSync(home + '/mode', 'utf8').trim()
appendFileSync(home + '/starts', process.pid + ' ' + process.argv.slice(2).join(' ') + '\\n')
if (process.argv[3] !== 'run') { console.log(JSON.stringify(process.argv.slice(2))); process.exit(Number(mode) || 0) }
console.log('starting in mode ' + mode, process.env.OPENCLAW_NO_RESPAWN, process.env.HAWSER_TOKEN, process.env.NODE_OPTIONS)
if (mode === 'config') { console.error('2026-11-21T02:15:30.123+00:00 Config invalid: gateway.port must be a number'); process.exit(78) }
if (mode === 'crash') { console.error('boom ' + config.gateway.auth.token); process.exit(1) }
if (mode === 'taken') { console.error('Error: listen EADDRINUSE: address already in use'); process.exit(1) }
process.on('SIGTERM', () => {
  if (mode === 'deaf') { console.log('draining'); return }
  console.log('[shutdown] completed cleanly')
  process.exit(0)
})
const server = createServer((request, response) => {
  const body = request.url === '/healthz' ? { ok: true, status: 'live' } : { ok: true, ready: true, status: 'started', version: '9.9.9' }
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
})
server.listen(config.gateway.port, '127.0.0.1')
if (mode === 'short') setTimeout(() => process.exit(7), 300)
`

export interface FakeOpenclaw {
  readonly home: string
  readonly dataDir: string
  readonly port: number
  readonly env: Readonly<Record<string, string>>
  setMode(mode: string): Promise<void>
  remove(): Promise<void>
}

/** An installed OpenClaw in a home of its own, as far as finding and starting one goes. */
export async function installFakeOpenclaw(mode: string, engines = '>=20'): Promise<FakeOpenclaw> {
  const home = await mkdtemp(path.join(tmpdir(), 'hawser-local-'))
  const modules = path.join(home, 'prefix', 'lib', 'node_modules', 'openclaw')
  const bin = path.join(home, 'prefix', 'bin')
  await Promise.all([mkdir(modules, { recursive: true }), mkdir(bin, { recursive: true })])
  const manifest = {
    name: 'openclaw',
    version: '2026.1.2',
    bin: { openclaw: 'openclaw.mjs' },
    engines: { node: engines },
  }
  await writeFile(path.join(modules, 'package.json'), JSON.stringify(manifest))
  await writeFile(path.join(modules, 'openclaw.mjs'), script)
  await chmod(path.join(modules, 'openclaw.mjs'), 0o755)
  await symlink('../lib/node_modules/openclaw/openclaw.mjs', path.join(bin, 'openclaw'))
  await symlink(process.execPath, path.join(bin, 'node'))
  const port = await freePort()
  await mkdir(path.join(home, '.openclaw'))
  const config = { gateway: { mode: 'local', port, auth: { mode: 'token', token: 'tok-fake-1234' } } }
  await writeFile(path.join(home, '.openclaw', 'openclaw.json'), JSON.stringify(config))
  await writeFile(path.join(home, 'mode'), mode)
  return {
    home,
    dataDir: path.join(home, 'data'),
    port,
    env: { HOME: home, PATH: bin },
    setMode: (next) => writeFile(path.join(home, 'mode'), next),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** The system's clock with all waits twenty times shorter. */
export const hastyClock: Clock = {
  ...systemClock,
  after: (ms, callback, options) => systemClock.after(ms / 20, callback, options),
}
