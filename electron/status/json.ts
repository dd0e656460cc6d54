/** What came over the wire and has no schema of its own: gateways add fields freely, so it is read field by field. */
export type Json = Readonly<Record<string, unknown>>

export const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : [])
export const str = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null
export const num = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null
export const bool = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)
