import * as z from 'zod/mini'

/** What a gateway says of itself. Every view names the host it is about and when it was read (epoch ms of our clock). */
export const statusViewSchema = z.object({
  gatewayId: z.string(),
  host: z.string(),
  readAt: z.number(),
  /** Null where the gateway does not say. */
  version: z.nullable(z.string()),
  uptimeMs: z.nullable(z.number()),
  healthy: z.nullable(z.boolean()),
  summary: z.string(),
  channels: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      accounts: z.array(
        z.object({ id: z.string(), state: z.string(), ok: z.boolean(), error: z.nullable(z.string()) }),
      ),
    }),
  ),
  presence: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      platform: z.nullable(z.string()),
      mode: z.nullable(z.string()),
      version: z.nullable(z.string()),
      at: z.nullable(z.number()),
    }),
  ),
  sessions: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      updatedAt: z.nullable(z.number()),
      running: z.boolean(),
      model: z.nullable(z.string()),
      percentUsed: z.nullable(z.number()),
    }),
  ),
  sessionCount: z.number(),
  agents: z.array(z.object({ id: z.string(), isDefault: z.boolean() })),
  /** Parts the gateway did not answer, with its reason in words. */
  missing: z.array(z.object({ part: z.string(), reason: z.string() })),
})
export type StatusView = z.infer<typeof statusViewSchema>
