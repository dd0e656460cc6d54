import { connect as connectTcp, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { failure, type AppFailure } from '../../shared/result.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { disposable, DisposableStore } from '../platform/disposable.ts'
import type { Peer } from './connect-errors.ts'
import { abortReason } from './frame-socket.ts'
import { isLoopback, plaintextAllowed } from './plaintext.ts'
import type { GatewayRoute } from './session.ts'
import { directFailure } from './socket-errors.ts'

const connectTimeoutMs = 10_000

/** A gateway at an address. `host`: how a person knows it. `tlsFingerprint`: the pin, or null for the system's trust. */
export interface DirectPlace {
  readonly url: string
  readonly tlsFingerprint: string | null
  readonly host: string
}

/**
 * The way to a gateway at a ws:// or wss:// address. Its `stream` rejects with an AppFailure `network.*`, `tls.*` or
 * `input.invalid`. A pinned certificate is checked before a single byte of HTTP is sent, and then nothing else is:
 * neither the name nor who signed it.
 */
export function directRoute(place: DirectPlace, clock: Clock = systemClock): GatewayRoute {
  const target = readUrl(place.url)
  const pin = place.tlsFingerprint === null ? null : normalFingerprint(place.tlsFingerprint)
  return {
    url: target?.href ?? place.url,
    host: place.host,
    port: target?.port ?? 0,
    trusted: target !== null && (isLoopback(target.hostname) || (target.secure && pin !== null)),
    stream: (signal) => openStream(target, place, pin, clock, signal),
  }
}

interface Target {
  readonly href: string
  /** Without brackets. */
  readonly hostname: string
  readonly port: number
  readonly secure: boolean
}

function readUrl(text: string): Target | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return null
  const secure = url.protocol === 'wss:'
  // A password or a token in an address would end up in settings and logs; a fragment has no meaning here.
  url.username = ''
  url.password = ''
  url.hash = ''
  return {
    href: url.href,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
  }
}

async function openStream(
  target: Target | null,
  place: DirectPlace,
  pin: string | null,
  clock: Clock,
  signal: AbortSignal,
): Promise<Duplex> {
  if (target === null) throw failure('input.invalid', { reason: 'the address needs ws:// or wss://' })
  const peer: Peer = { host: place.host, port: target.port }
  if (!target.secure) {
    if (pin !== null) throw failure('input.invalid', { reason: 'a pinned certificate needs wss://' })
    if (!plaintextAllowed(target.hostname)) throw failure('tls.required', { host: target.hostname })
  }
  if (signal.aborted) throw abortReason(signal)
  const tcp = await connected(
    connectTcp({
      host: target.hostname,
      port: target.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 15_000,
    }),
    'connect',
    peer,
    clock,
    signal,
  )
  if (!target.secure) return tcp
  const tls = connectTls({
    socket: tcp,
    // A server name must be a name: an address is checked against the certificate's addresses instead.
    ...(isIP(target.hostname) === 0 ? { servername: target.hostname } : { host: target.hostname }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: pin === null,
  })
  const secured = await connected(tls, 'secureConnect', peer, clock, signal)
  checkPin(secured, pin, peer)
  return secured
}

/** Waits for `ready`, for a bounded time. Whatever goes wrong, the socket is destroyed. */
function connected<T extends Socket>(
  socket: T,
  ready: 'connect' | 'secureConnect',
  peer: Peer,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const things = new DisposableStore()
    const listen = (event: string, listener: (error: Error) => void): void => {
      socket.once(event, listener)
      things.add(disposable(() => socket.off(event, listener)))
    }
    const fail = (error: Error): void => {
      things.dispose()
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    const timedOut = (): AppFailure =>
      failure('network.timeout', { ...peer, seconds: connectTimeoutMs / 1000 }, { detail: `no ${ready}` })
    const onAbort = (): void => fail(abortReason(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    things.add(disposable(() => signal.removeEventListener('abort', onAbort)))
    things.add(clock.after(connectTimeoutMs, () => fail(timedOut())))
    listen('error', (error) => fail(directFailure(error, peer, ready === 'secureConnect')))
    listen('close', () => fail(directFailure(new Error('closed'), peer, ready === 'secureConnect')))
    listen(ready, () => {
      things.dispose()
      resolve(socket)
    })
  })
}

function checkPin(socket: TLSSocket, pin: string | null, peer: Peer): void {
  if (pin === null) return
  const seen = socket.getPeerCertificate().fingerprint256
  if (normalFingerprint(seen) === pin) return
  socket.on('error', () => undefined)
  socket.destroy()
  throw failure('tls.pin-mismatch', {
    ...peer,
    fingerprint: `SHA-256 ${seen}`,
    expected: `SHA-256 ${shown(pin)}`,
  })
}

/** 64 lower-case hex digits of `sha256:…`, colon-hex or plain hex. */
function normalFingerprint(text: string | undefined): string {
  return (text ?? '')
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase()
}

const shown = (pin: string): string => (pin.match(/../g) ?? []).join(':').toUpperCase()
