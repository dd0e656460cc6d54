import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { protocol } from 'electron'

const scheme = 'app'
/** The one origin whose frames may talk to the core. */
export const appOrigin = `${scheme}://bundle`
/** The one page there is. */
export const appUrl = `${appOrigin}/index.html`

/** Only what a page is made of is served; a stray source map or licence file in the folder is not. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** The page may load its own files and nothing else; it has no network at all, since the links live in the core. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "media-src 'none'",
  "worker-src 'self'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

interface BundleFile {
  readonly file: string
  readonly mediaType: string
}
/** URL path to file. What is not in it does not exist, so no path is ever joined from a URL. */
export type Bundle = ReadonlyMap<string, BundleFile>

/** Makes `app:` a secure standard scheme. Must be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Lists the built pages once. Rejects where the folder cannot be read. */
export async function readBundle(folder: string): Promise<Bundle> {
  const bundle = new Map<string, BundleFile>()
  const walk = async (dir: string, prefix: string): Promise<void> => {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const file = path.join(dir, entry.name)
      if (entry.isDirectory()) await walk(file, `${prefix}${entry.name}/`)
      const mediaType = mediaTypes[path.extname(entry.name).toLowerCase()]
      if (entry.isFile() && mediaType !== undefined) bundle.set(`${prefix}${entry.name}`, { file, mediaType })
    }
  }
  await walk(folder, '/')
  return bundle
}

/** Answers one request of a page. Anything but a listed file of our own origin is 404. */
async function respond(bundle: Bundle, request: Request): Promise<Response> {
  const found = request.method === 'GET' ? lookUp(bundle, request.url) : undefined
  if (found === undefined) return new Response(null, { status: 404 })
  return new Response(await readFile(found.file), {
    headers: {
      'Content-Type': found.mediaType,
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
  })
}

function lookUp(bundle: Bundle, address: string): BundleFile | undefined {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  // `url.origin` is "null" for schemes Node does not know as special, so the parts are compared.
  if (`${url.protocol}//${url.host}` !== appOrigin) return undefined
  return bundle.get(url.pathname === '/' ? '/index.html' : url.pathname)
}

/** Serves the bundle under `app://bundle/`. Call when the app is ready. */
export function serveBundle(bundle: Bundle): void {
  protocol.handle(scheme, (request) => respond(bundle, request))
}
