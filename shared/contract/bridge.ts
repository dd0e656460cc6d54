import * as z from 'zod/mini'

/** Path of the browser face's WebSocket, on the page's own host and port. */
export const bridgePath = '/bridge'
/** The subprotocol both sides speak; the server answers with this one. */
export const bridgeProtocol = 'hawser.v1'
/** Prefix of the second subprotocol, which carries the secret in hex: a browser cannot set headers. */
export const bridgeSecretPrefix = 'secret.'
/** Parameter of the URL fragment that carries the secret to the page, once. */
export const bridgeSecretParameter = 'secret'

/** Why the browser face closed a socket. 4401 will not heal; after the others the page connects and fetches anew. */
export const bridgeCloseCodes = {
  /** The app ends. */
  goingAway: 1001,
  /** A frame that is not one of ours. */
  badFrame: 4400,
  /** The secret is wrong: open the address that the app shows now. */
  wrongSecret: 4401,
  /** The page reads too slowly; what it shows is out of date. */
  tooSlow: 4408,
  /** More calls at once than any page makes. */
  tooManyCalls: 4429,
} as const

/** A command from the page. `id` is chosen by the page and repeated in the answer. */
export const bridgeCallSchema = z.object({
  id: z.int().check(z.minimum(0)),
  call: z.string().check(z.maxLength(128)),
  input: z.unknown(),
})
