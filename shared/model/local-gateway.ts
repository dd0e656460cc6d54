import * as z from 'zod/mini'
import { appErrorField } from './connection.ts'

/** The gateway of this computer, as far as Hawser can tell. */
export const localGatewayViewSchema = z.object({
  /**
   * `unknown` not looked yet · `not-installed` · `stopped` · `starting` · `running` · `stopping` · `failed`.
   */
  state: z.enum(['unknown', 'not-installed', 'stopped', 'starting', 'running', 'stopping', 'failed']),
  /** Who runs it: Hawser's own child, an installed service, or somebody else. */
  owner: z.nullable(z.enum(['hawser', 'service', 'other'])),
  /** Which service manager, where a service is installed. */
  service: z.nullable(z.enum(['systemd', 'launchd', 'scheduled-task'])),
  port: z.nullable(z.number()),
  version: z.nullable(z.string()),
  openclawPath: z.nullable(z.string()),
  nodePath: z.nullable(z.string()),
  configFile: z.nullable(z.string()),
  /** Epoch ms of the last look. */
  checkedAt: z.nullable(z.number()),
  error: z.nullable(appErrorField),
  /** The end of the child's or the service's log, newest last; secrets redacted. */
  logTail: z.array(z.string()),
})
export type LocalGatewayView = z.infer<typeof localGatewayViewSchema>
