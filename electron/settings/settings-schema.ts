import * as z from 'zod/mini'
import { savedGatewaySchema } from '../../shared/model/gateway.ts'
import { defaultPreferences, preferencesPatchSchema, preferencesSchema } from '../../shared/model/settings.ts'
import type { Settings } from './settings-store.ts'

/** Version of the file's shape. A step to it stands in {@link migrations}. */
const settingsVersion = 1

type Raw = Readonly<Record<string, unknown>>
/** One step: a file of version `n` becomes one of version `n + 1`. Pure. */
export type Migration = (raw: Raw) => Raw

/** Keyed by the version a step starts from. */
const migrations: Readonly<Record<number, Migration>> = {}

const idSchema = z.string().check(z.regex(/^[A-Za-z0-9-]{8,64}$/))
const settingsSchema = z.object({
  dataDirId: idSchema,
  instanceId: idSchema,
  preferences: preferencesSchema,
  gateways: z.array(savedGatewaySchema),
  selectedGatewayId: z.nullable(z.string()),
})
/** As in the file: a preference that did not exist yet when it was written gets its default. */
const storedSchema = z.extend(settingsSchema, { preferences: preferencesPatchSchema })

/** What became of the text of a settings file. */
export type ParsedSettings =
  | { readonly outcome: 'ok'; readonly settings: Settings; readonly migrated: boolean }
  /** Written by a newer Hawser: not ours to judge. */
  | { readonly outcome: 'newer'; readonly version: number }
  | { readonly outcome: 'broken'; readonly reason: string }

/** Brings a raw file to `target` step by step. Throws where a step is missing. */
export function migrate(
  raw: Raw,
  from: number,
  target: number,
  steps: Readonly<Record<number, Migration>>,
): Raw {
  let current = raw
  for (let version = from; version < target; version += 1) {
    const step = steps[version]
    if (step === undefined) throw new Error(`no way from version ${version}`)
    current = { ...step(current), version: version + 1 }
  }
  return current
}

/** Reads the text of settings.json. Never throws. */
export function parseSettings(text: string): ParsedSettings {
  try {
    const raw: unknown = JSON.parse(text)
    if (typeof raw !== 'object' || raw === null) return { outcome: 'broken', reason: 'no JSON object' }
    const version = (raw as Raw)['version']
    if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
      return { outcome: 'broken', reason: 'no version number' }
    }
    if (version > settingsVersion) return { outcome: 'newer', version }
    const stored = storedSchema.parse(migrate(raw as Raw, version, settingsVersion, migrations))
    const preferences = preferencesSchema.parse({ ...defaultPreferences, ...stored.preferences })
    return {
      outcome: 'ok',
      settings: tidy({ ...stored, preferences }),
      migrated: version !== settingsVersion,
    }
  } catch (error) {
    return { outcome: 'broken', reason: error instanceof Error ? error.name : 'unreadable' }
  }
}

/** The text of settings.json. Throws where a bug of ours made settings that could not be read again. */
export function formatSettings(settings: Settings): string {
  return `${JSON.stringify({ version: settingsVersion, ...settingsSchema.parse(settings) }, null, 2)}\n`
}

function tidy(settings: Settings): Settings {
  const known = settings.gateways.some(({ id }) => id === settings.selectedGatewayId)
  return known ? settings : { ...settings, selectedGatewayId: settings.gateways[0]?.id ?? null }
}

/** Settings of a first run. */
export function freshSettings(dataDirId: string, instanceId: string): Settings {
  return {
    dataDirId,
    instanceId,
    preferences: defaultPreferences,
    gateways: [],
    selectedGatewayId: null,
  }
}

/**
 * The two ids of a file that is otherwise lost. They hold the keychain entries and the pairing of this data dir, so
 * a slip of an editor must not cost them.
 */
export function salvageIds(text: string): {
  readonly dataDirId: string | null
  readonly instanceId: string | null
} {
  const find = (key: string): string | null => {
    const value = new RegExp(`"${key}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1]
    return value !== undefined && idSchema.safeParse(value).success ? value : null
  }
  return { dataDirId: find('dataDirId'), instanceId: find('instanceId') }
}
