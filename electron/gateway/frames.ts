import * as z from 'zod/mini'

/** `schema`, with a value that takes the place of one that does not fit. */
const otherwise = z.catch

/** An error as a gateway words it, with the gaps of old gateways filled. */
export interface GatewayError {
  readonly code: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  readonly retryable: boolean
  readonly retryAfterMs: number | null
}

export type Frame =
  | { readonly type: 'res'; readonly id: string; readonly ok: true; readonly payload: unknown }
  | { readonly type: 'res'; readonly id: string; readonly ok: false; readonly error: GatewayError }
  | { readonly type: 'event'; readonly event: string; readonly payload: unknown; readonly seq: number | null }

const recordSchema = z.record(z.string(), z.unknown())
const unknownError = {
  code: 'UNKNOWN',
  message: '',
  details: {},
  retryable: false,
  retryAfterMs: null,
} satisfies GatewayError

const errorSchema = otherwise(
  z.object({
    code: otherwise(z.string(), 'UNKNOWN'),
    message: otherwise(z.string(), ''),
    details: otherwise(recordSchema, {}),
    retryable: otherwise(z.boolean(), false),
    retryAfterMs: otherwise(z.nullable(z.number().check(z.nonnegative())), null),
  }),
  unknownError,
)

/** Unknown fields are dropped, unknown values of known fields replaced: the protocol grows by adding. */
const frameSchema = z.union([
  z.object({ type: z.literal('res'), id: z.string(), ok: z.literal(true), payload: z.optional(z.unknown()) }),
  z.object({ type: z.literal('res'), id: z.string(), ok: z.literal(false), error: errorSchema }),
  z.object({
    type: z.literal('event'),
    event: z.string(),
    payload: z.optional(z.unknown()),
    seq: otherwise(z.nullable(z.int().check(z.nonnegative())), null),
  }),
])

/** Reads one text frame. Null: not a frame of this protocol, to be ignored. Never throws. */
export function parseFrame(text: string): Frame | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = frameSchema.safeParse(value)
  if (!parsed.success) return null
  const frame = parsed.data
  if (frame.type === 'res' && !frame.ok) return frame
  return { ...frame, payload: frame.payload ?? null }
}

const challengeSchema = z.object({
  nonce: z.string().check(z.minLength(1)),
  ts: otherwise(z.nullable(z.int().check(z.positive())), null),
})
/** The gateway's greeting. `ts`: its clock in epoch ms, null where it does not say. */
export interface Challenge {
  readonly nonce: string
  readonly ts: number | null
}

/** The challenge in a frame, or null if it is none. */
export function readChallenge(frame: Frame): Challenge | null {
  if (frame.type !== 'event' || frame.event !== 'connect.challenge') return null
  const parsed = challengeSchema.safeParse(frame.payload)
  return parsed.success ? parsed.data : null
}

/** One request as text. `params` left out when there are none. */
export function requestText(id: string, method: string, params: object | undefined): string {
  return JSON.stringify({ type: 'req', id, method, ...(params === undefined ? {} : { params }) })
}

/** The value as a plain record, or an empty one. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}
