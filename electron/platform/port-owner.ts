import { readdir, readFile, readlink } from 'node:fs/promises'
import type { Spawner } from './spawn.ts'

/** A program that listens on a port of this computer. */
export interface PortOwner {
  readonly pid: number
  /** Its short name, for example `node`; empty where the system does not say. */
  readonly program: string
}

/** Far above what these tools need, far below what a person waits. */
const toolTimeoutMs = 5000

/**
 * Who listens on a TCP port of this computer, or null where nobody does or the system does not tell (a process of
 * another user). Never rejects: it only decorates a message.
 */
export async function findPortOwner(
  port: number,
  spawner: Pick<Spawner, 'run'>,
  platform: NodeJS.Platform = process.platform,
): Promise<PortOwner | null> {
  try {
    if (platform === 'linux') return await findOnLinux(port)
    if (platform === 'win32') return await findOnWindows(port, spawner)
    return await findByLsof(port, spawner)
  } catch {
    return null
  }
}

/** The owner as a message names it: `node (pid 4711)`. */
export function describePortOwner(owner: PortOwner): string {
  return owner.program === '' ? `pid ${owner.pid}` : `${owner.program} (pid ${owner.pid})`
}

const listenState = '0A'

/** Inodes of the sockets that listen on the port, from a table of /proc/net. */
export function listeningInodes(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes: string[] = []
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    const inode = fields[9]
    if (inode === undefined || fields[3] !== listenState) continue
    if (fields[1]?.endsWith(`:${wanted}`) === true) inodes.push(inode)
  }
  return inodes
}

async function findOnLinux(port: number): Promise<PortOwner | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const inodes = tables.flatMap((table) => listeningInodes(table, port))
  if (inodes.length === 0) return null
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`))
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || !(await holdsSocket(entry, sockets))) continue
    const program = await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '')
    return { pid: Number(entry), program: program.trim() }
  }
  return null
}

async function holdsSocket(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const dir = `/proc/${pid}/fd`
  const descriptors = await readdir(dir).catch(() => [])
  for (const descriptor of descriptors) {
    const target = await readlink(`${dir}/${descriptor}`).catch(() => '')
    if (sockets.has(target)) return true
  }
  return false
}

async function findByLsof(port: number, spawner: Pick<Spawner, 'run'>): Promise<PortOwner | null> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']
  const { stdout } = await spawner.run('lsof', args, { timeoutMs: toolTimeoutMs })
  return parseLsof(stdout)
}

/** First process of `lsof -F pc`: a line `p<pid>`, then `c<command>`. */
export function parseLsof(output: string): PortOwner | null {
  const pid = /^p(\d+)$/m.exec(output)?.[1]
  if (pid === undefined) return null
  return { pid: Number(pid), program: /^c(.+)$/m.exec(output)?.[1]?.trim() ?? '' }
}

async function findOnWindows(port: number, spawner: Pick<Spawner, 'run'>): Promise<PortOwner | null> {
  const table = await spawner.run('netstat.exe', ['-ano', '-p', 'TCP'], { timeoutMs: toolTimeoutMs })
  const pid = parseNetstat(table.stdout, port)
  if (pid === null) return null
  const args = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']
  const tasks = await spawner.run('tasklist.exe', args, { timeoutMs: toolTimeoutMs }).catch(() => null)
  return { pid, program: /^"([^"]+)"/m.exec(tasks?.stdout ?? '')?.[1] ?? '' }
}

/** The pid that listens on the port. The state's word is translated on some systems, so the foreign port 0 is the mark. */
export function parseNetstat(output: string, port: number): number | null {
  for (const line of output.split('\n')) {
    const [protocol, local, foreign, , pid] = line.trim().split(/\s+/)
    if (protocol !== 'TCP' || pid === undefined) continue
    if (local?.endsWith(`:${port}`) === true && foreign?.endsWith(':0') === true) return Number(pid)
  }
  return null
}
