/** A JSON object of unknown shape, as a gateway sends it. Versions differ, so every field is read with care. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object, or an empty one for anything else. */
export const asFields = (value: unknown): Fields => (isFields(value) ? value : {})

/** The array, or an empty one for anything else. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A non-empty string, or null. */
export const asText = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null

/** A finite number, or null. */
export const asNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** The strings of a list, or null where there is no list. */
export const asTexts = (value: unknown): readonly string[] | null =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : null
