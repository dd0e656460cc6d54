import * as z from 'zod/mini'

const themes = ['system', 'light', 'dark'] as const

/** What the user can choose, apart from the gateways. Every field has a default; a patch may name any of them. */
export const preferencesSchema = z.object({
  theme: z.enum(themes),
  /** Desktop only. */
  startAtLogin: z.boolean(),
  startHidden: z.boolean(),
  /** What quitting Hawser does to a gateway that Hawser itself started. */
  onQuitLocalGateway: z.enum(['stop', 'leave']),
  /** Path of the `openclaw` command; null: found by itself. */
  openclawPath: z.nullable(z.string().check(z.maxLength(4096))),
  /** Path of the Node.js that runs it; null: found by itself. */
  nodePath: z.nullable(z.string().check(z.maxLength(4096))),
  sendWith: z.enum(['enter', 'mod-enter']),
  /** For servers before OpenSSH 10.1: one harmless session channel that switches on low latency. */
  lowLatencyChannel: z.boolean(),
})
export type Preferences = z.infer<typeof preferencesSchema>

export const defaultPreferences: Preferences = {
  theme: 'system',
  startAtLogin: false,
  startHidden: true,
  onQuitLocalGateway: 'leave',
  openclawPath: null,
  nodePath: null,
  sendWith: 'enter',
  lowLatencyChannel: true,
}

export const preferencesPatchSchema = z.partial(preferencesSchema)
export type PreferencesPatch = z.infer<typeof preferencesPatchSchema>
