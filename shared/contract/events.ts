import * as z from 'zod/mini'
import { conversationChangeSchema } from '../model/chat.ts'
import { snapshotChangeSchema } from '../model/snapshot.ts'

/** Every event the core sends to its faces, with the schema of its payload. */
export const events = {
  /** Parts of the snapshot that changed. `revision` is the one after the change. */
  'snapshot.changed': z.object({ revision: z.number(), change: snapshotChangeSchema }),
  /** Changes of one conversation; sent for conversations that were opened. */
  'conversation.changed': z.object({
    gatewayId: z.string(),
    sessionKey: z.string(),
    revision: z.number(),
    changes: z.array(conversationChangeSchema),
  }),
  /** The list of conversations of a gateway changed: fetch it again when it is in sight. */
  'sessions.changed': z.object({ gatewayId: z.string() }),
  /** A face is asked to show a place (from the tray or a notification). */
  'app.show': z.object({
    page: z.enum(['chat', 'status', 'settings', 'add-gateway']),
    gatewayId: z.nullable(z.string()),
  }),
} as const

type Events = typeof events
export type EventName = keyof Events
export type EventPayload<N extends EventName> = z.infer<Events[N]>

export type AppEvent = {
  [N in EventName]: { readonly name: N; readonly payload: EventPayload<N> }
}[EventName]
