import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'
import type { AuthContext, Connection, ParsedKey, Prompt, ServerChannel } from 'ssh2'
import { failure } from '../../shared/result.ts'
import { ChannelStream } from '../ssh/channel-stream.ts'
import { fingerprintOf } from '../ssh/host-key.ts'
import { generateEd25519 } from '../ssh/private-key.ts'
import { Server, utils } from '../ssh/ssh2.ts'

/** One round of keyboard-interactive: what is asked, and what must be answered. */
interface InteractiveRound {
  readonly prompts: readonly Prompt[]
  readonly answers: readonly string[]
}

export interface DemoSshServerOptions {
  /** Where a forward leads, whatever address was asked for: a loopback port, or a handler of the stream. */
  readonly forward: { readonly port: number } | ((stream: Duplex) => void)
  /** Default `demo`. */
  readonly user?: string
  /** Lets this password in beside the key. */
  readonly password?: string
  /** Lets these answers in, round after round; after the key where `keyFirst` says so. */
  readonly interactive?: readonly InteractiveRound[]
  /** The key alone is not enough: it must be followed by `interactive` or `password`. */
  readonly keyFirst?: boolean
  /** Refuses every forward, as `AllowTcpForwarding no` does. */
  readonly refuseForward?: boolean
  /** Is given each forward to let it go on later: a server that is slow to open one. */
  readonly holdForward?: (goOn: () => void) => void
  /** What it says it is, after `SSH-2.0-`. */
  readonly software?: string
}

/** An SSH server inside this process, with keys made for it and gone with it. */
export interface DemoSshServer {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: string
  /** `user@127.0.0.1:port` */
  readonly target: string
  /** The client key that may sign in, in OpenSSH's format. Worth nothing outside this process. */
  readonly privateKey: string
  readonly hostKeyFingerprint: string
  readonly knownHostsLine: string
  /** Number of connections that stand, signed in or not. */
  connections(): number
  /** Sign-in attempts so far, without `none` and without mere questions about a key. */
  attempts(): readonly string[]
  /** Sessions (exec, shell) asked for so far; all are refused. */
  sessions(): number
  /** Cuts every connection as a power failure would. */
  cut(): void
  close(): Promise<void>
}

/** Starts the server on a free loopback port. */
export async function startDemoSshServer(options: DemoSshServerOptions): Promise<DemoSshServer> {
  const user = options.user ?? 'demo'
  const hostKey = generateEd25519()
  const clientKey = generateEd25519()
  const attempts: string[] = []
  let sessions = 0
  // Not listening itself: the sockets come from our own server, so that they can be cut.
  const config = {
    hostKeys: [hostKey.privateKey],
    ...(options.software === undefined ? {} : { ident: options.software }),
  }
  const ssh = new Server(config, (connection) => {
    connection.on('error', () => {})
    connection.on('authentication', signIn(options, user, parse(clientKey.privateKey), attempts))
    connection.on('session', (_accept, reject) => {
      sessions += 1
      reject()
    })
    // Without a listener ssh2 answers "administratively prohibited".
    if (options.refuseForward !== true) connection.on('tcpip', forwarder(connection, options))
  })
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    ssh.injectSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    host: '127.0.0.1',
    port,
    user,
    target: `${user}@127.0.0.1:${port}`,
    privateKey: clientKey.privateKey,
    hostKeyFingerprint: fingerprintOf(hostKey.publicKey),
    knownHostsLine: `[127.0.0.1]:${port} ssh-ed25519 ${hostKey.publicKey.toString('base64')}`,
    connections: () => sockets.size,
    attempts: () => attempts,
    sessions: () => sessions,
    cut,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      cut()
      await closed
    },
  }
}

function signIn(
  options: DemoSshServerOptions,
  user: string,
  clientKey: ParsedKey,
  attempts: string[],
): (context: AuthContext) => void {
  let keyDone = options.keyFirst !== true
  const more: ('password' | 'keyboard-interactive')[] = []
  if (options.interactive !== undefined) more.push('keyboard-interactive')
  if (options.password !== undefined) more.push('password')
  const offered = (): AuthContext['method'][] =>
    options.keyFirst === true ? (keyDone ? more : ['publickey']) : ['publickey', ...more]
  return (context) => {
    const settle = (good: boolean): void => (good ? context.accept() : context.reject(offered(), false))
    if (context.username !== user) {
      context.reject(['publickey'], false)
      return
    }
    switch (context.method) {
      case 'publickey': {
        const { signature, blob, key, hashAlgo } = context
        const same = key.data.equals(clientKey.getPublicSSH())
        if (signature === undefined || blob === undefined) {
          settle(same)
          break
        }
        attempts.push('publickey')
        const good = same && clientKey.verify(blob, signature, hashAlgo)
        if (good && !keyDone) {
          keyDone = true
          context.reject(offered(), true)
        } else settle(good)
        break
      }
      case 'password':
        attempts.push('password')
        settle(keyDone && options.password !== undefined && context.password === options.password)
        break
      case 'keyboard-interactive': {
        attempts.push('keyboard-interactive')
        if (!keyDone || options.interactive === undefined) {
          settle(false)
          break
        }
        let good = true
        const ask = ([round, ...later]: readonly InteractiveRound[]): void => {
          if (round === undefined) {
            settle(good)
            return
          }
          context.prompt([...round.prompts], (given) => {
            good &&= round.answers.every((answer, index) => answer === given[index])
            ask(later)
          })
        }
        ask(options.interactive)
        break
      }
      case 'none':
      case 'hostbased':
        settle(false)
        break
    }
  }
}

type Accept = () => ServerChannel

function forwarder(
  connection: Connection,
  options: DemoSshServerOptions,
): (accept: Accept, reject: () => void) => void {
  const open = (accept: Accept, reject: () => void): void => {
    if (typeof options.forward === 'function') {
      options.forward(new ChannelStream(accept()))
      return
    }
    const socket = connect({ host: '127.0.0.1', port: options.forward.port, noDelay: true })
    socket.once('error', () => reject())
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      const stream = new ChannelStream(accept())
      const onEnd = (error: NodeJS.ErrnoException | null): void => {
        if (!error) return
        stream.destroy()
        socket.destroy()
      }
      pipeline(socket, stream, onEnd)
      pipeline(stream, socket, onEnd)
    })
    connection.once('close', () => socket.destroy())
  }
  return (accept, reject) => {
    if (options.holdForward === undefined) open(accept, reject)
    else options.holdForward(() => open(accept, reject))
  }
}

function parse(text: string): ParsedKey {
  const key = utils.parseKey(text)
  if (key instanceof Error) throw failure('internal', {}, { detail: key.message })
  return key
}
