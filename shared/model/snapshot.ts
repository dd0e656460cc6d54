import * as z from 'zod/mini'
import { connectionViewSchema } from './connection.ts'
import { savedGatewaySchema } from './gateway.ts'
import { localGatewayViewSchema } from './local-gateway.ts'
import { promptSchema } from './prompt.ts'
import { secretsViewSchema } from './secrets.ts'
import { preferencesSchema } from './settings.ts'

/** What this face and this computer can do; pages hide what is missing. */
const appFactsSchema = z.object({
  version: z.string(),
  platform: z.enum(['darwin', 'win32', 'linux']),
  face: z.enum(['desktop', 'browser', 'cli']),
  /** The whole app runs on throw-away data. */
  demo: z.boolean(),
  dataDir: z.string(),
  can: z.object({ tray: z.boolean(), startAtLogin: z.boolean(), openLinks: z.boolean() }),
})
export type AppFacts = z.infer<typeof appFactsSchema>

/** Something the user should know once, such as a settings file that was broken and kept aside. */
const noticeSchema = z.object({
  id: z.string(),
  tone: z.enum(['info', 'warning']),
  text: z.string(),
  at: z.number(),
})
export type Notice = z.infer<typeof noticeSchema>

/** The parts of the app's state, each replaced as a whole when it changes. */
const snapshotParts = {
  app: appFactsSchema,
  preferences: preferencesSchema,
  gateways: z.array(savedGatewaySchema),
  /** Keyed by gateway id; one per saved gateway. */
  connections: z.record(z.string(), connectionViewSchema),
  selectedGatewayId: z.nullable(z.string()),
  prompts: z.array(promptSchema),
  secrets: secretsViewSchema,
  local: localGatewayViewSchema,
  notices: z.array(noticeSchema),
} as const

export const snapshotSchema = z.object({
  /** Grows by one with each change event; a gap means: fetch it again. */ revision: z.number(),
  ...snapshotParts,
})
/** The whole state of the app that a face shows (conversations apart, which are fetched one by one). */
export type Snapshot = z.infer<typeof snapshotSchema>

export const snapshotChangeSchema = z.partial(z.object(snapshotParts))
export type SnapshotChange = z.infer<typeof snapshotChangeSchema>
