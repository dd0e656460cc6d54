import * as z from 'zod/mini'
import type { GatewayFacts } from '../../shared/model/connection.ts'

/** `schema`, with a value that takes the place of one that does not fit. */
const otherwise = z.catch

/** Frame limit of a gateway that names none: what protocol 3 allows, in bytes. */
const smallestMaxPayload = 512 * 1024
const defaultTickMs = 30_000

const strings = otherwise(z.array(z.string()), [])
const section = <T extends z.ZodMiniType>(schema: T) => otherwise(schema, schema.parse({}))
const positive = z.number().check(z.positive())

const helloSchema = z.object({
  type: z.literal('hello-ok'),
  protocol: z.int(),
  server: section(z.object({ version: otherwise(z.string(), '') })),
  features: section(z.object({ methods: strings })),
  snapshot: section(
    z.object({ sessionDefaults: section(z.object({ mainSessionKey: otherwise(z.string(), '') })) }),
  ),
  auth: section(
    z.object({
      method: otherwise(z.nullable(z.string()), null),
      scopes: strings,
      deviceToken: otherwise(z.nullable(z.string().check(z.minLength(1))), null),
    }),
  ),
  policy: section(
    z.object({
      maxPayload: otherwise(positive, smallestMaxPayload),
      tickIntervalMs: otherwise(positive, defaultTickMs),
    }),
  ),
})

/** What the app needs of hello-ok. */
export interface Hello {
  readonly facts: Omit<GatewayFacts, 'host'>
  readonly deviceToken: string | null
  readonly tickIntervalMs: number
}

/** Reads the answer to `connect`; null: it is no hello-ok. Parts that are missing get the value that promises least. */
export function readHello(payload: unknown): Hello | null {
  const parsed = helloSchema.safeParse(payload)
  if (!parsed.success) return null
  const { protocol, server, features, snapshot, auth, policy } = parsed.data
  return {
    facts: {
      version: server.version,
      protocol,
      scopes: auth.scopes,
      mainSessionKey: snapshot.sessionDefaults.mainSessionKey || 'agent:main:main',
      authMethod: auth.method,
      methods: features.methods,
      maxPayload: policy.maxPayload,
    },
    deviceToken: auth.deviceToken,
    tickIntervalMs: policy.tickIntervalMs,
  }
}
