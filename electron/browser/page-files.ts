import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** One built file that may be served. */
export interface PageFile {
  readonly file: string
  readonly mediaType: string
  /** True where the name carries the content's hash, so that a browser may keep it. */
  readonly immutable: boolean
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/**
 * The built files of the pages by the URL path they are served at. This list is all that can be served: a request is
 * looked up in it and never becomes a file name, so there is nothing to traverse. Links are not followed.
 */
export async function readPageFiles(rendererDir: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>()
  for (const entry of await readdir(rendererDir, { recursive: true, withFileTypes: true })) {
    const mediaType = mediaTypes[path.extname(entry.name)]
    if (!entry.isFile() || mediaType === undefined) continue
    const file = path.join(entry.parentPath, entry.name)
    const place = path.relative(rendererDir, file).split(path.sep)
    const url = `/${place.map(encodeURIComponent).join('/')}`
    files.set(url, { file, mediaType, immutable: place[0] === 'assets' })
  }
  const index = files.get('/index.html')
  if (index === undefined) throw new Error(`No index.html in ${rendererDir}: the pages are not built`)
  files.set('/', index)
  return files
}
