import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import * as z from 'zod/mini'
import { failure } from '../../shared/result.ts'

const faces = ['desktop', 'browser', 'cli'] as const
const ownerSchema = z.object({ app: z.literal('hawser'), pid: z.number(), face: z.enum(faces) })
const requestSchema = z.object({ face: z.enum(faces), open: z.boolean() })
const replySchema = z.object({ shown: z.boolean(), url: z.nullable(z.string()), message: z.string() })

/** The process that has the data dir. */
export interface LockOwner {
  readonly pid: number
  readonly face: (typeof faces)[number]
}

/** What a later starter asks of the owner: show yourself. `open`: also open a browser where that is your face. */
export interface HandoverRequest {
  readonly face: (typeof faces)[number]
  readonly open: boolean
}

/**
 * What the owner did. `url` is the page of a browser face, with its secret: the socket is reachable by this user only.
 */
export interface HandoverReply {
  readonly shown: boolean
  readonly url: string | null
  readonly message: string
}

/** More than any line of ours, less than what could hurt. */
const longestLine = 64 * 1024

/** A connection to whoever listens there, or null where nobody does. Rejects where somebody does but never has time. */
export async function connectToOwner(address: string): Promise<Socket | null> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = await tryConnect(address)
    if (found === 'dead') return null
    if (found !== 'busy') return found
    // Its queue is full: many starters at once, or it is stopped.
    await setTimeout(30)
  }
  throw failure('data.in-use')
}

function tryConnect(address: string): Promise<Socket | 'dead' | 'busy'> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      // The other side may be gone at any time; the reader sees the end.
      socket.on('error', () => {})
      resolve(socket)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'dead' : 'busy')
    })
  })
}

/** The next line as JSON. Null: the other side hung up, sent too much, or let `timeoutMs` pass. */
async function readJsonLine(socket: Socket, timeoutMs: number): Promise<unknown> {
  if (socket.destroyed || socket.readableEnded) return null
  const line = await new Promise<string | null>((resolve) => {
    let text = ''
    const timer = globalThis.setTimeout(() => finish(null), timeoutMs)
    const finish = (result: string | null): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onEnd).off('end', onEnd)
      resolve(result)
    }
    const onEnd = (): void => finish(null)
    const onData = (chunk: string): void => {
      text += chunk
      const end = text.indexOf('\n')
      if (end >= 0) finish(text.slice(0, end))
      else if (text.length > longestLine) finish(null)
    }
    socket.setEncoding('utf8').on('data', onData).on('end', onEnd).on('close', onEnd)
  })
  if (line === null) return null
  try {
    return JSON.parse(line) as unknown
  } catch {
    return null
  }
}

const write = (socket: Socket, value: object): void => {
  socket.write(`${JSON.stringify(value)}\n`)
}

/** The owner's side of one connection: says who it is, then answers the one request, if there is any. */
export async function serveStarter(
  socket: Socket,
  owner: LockOwner,
  onHandover: (request: HandoverRequest) => Promise<HandoverReply>,
): Promise<void> {
  socket.on('error', () => {})
  write(socket, { app: 'hawser', ...owner })
  const request = requestSchema.safeParse(await readJsonLine(socket, 60_000))
  if (request.success) write(socket, await onHandover(request.data))
  socket.end()
}

/** Who listens at the other end. Null: it hung up or is no Hawser. */
export async function readOwner(socket: Socket, timeoutMs: number): Promise<LockOwner | null> {
  const greeting = ownerSchema.safeParse(await readJsonLine(socket, timeoutMs))
  return greeting.success ? { pid: greeting.data.pid, face: greeting.data.face } : null
}

/** Gives the request to the owner. Rejects with `data.in-use` where no reply comes in time. */
export async function askOwner(
  socket: Socket,
  owner: LockOwner,
  request: HandoverRequest,
  timeoutMs: number,
): Promise<HandoverReply> {
  write(socket, request)
  const reply = replySchema.safeParse(await readJsonLine(socket, timeoutMs))
  socket.destroy()
  if (!reply.success) throw failure('data.in-use', { owner: `pid ${owner.pid}` })
  return reply.data
}
