type Version = readonly [number, number, number]

/** The three numbers of `v24.16.0`, `24.16`, `24`; null for anything else. */
export function parseVersion(text: string): Version | null {
  const match = /^\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text)
  return match === null ? null : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
}

/**
 * Whether a version is in a range as the `engines` field of packages uses them: `>=24.16.0 <25 || >=26.1.0`. What is
 * not understood counts as satisfied: then OpenClaw itself says what it needs.
 */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version)
  if (parsed === null) return false
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .split(/(?<=[\d*x])\s+/)
      .every((part) => holds(parsed, part.trim())),
  )
}

function holds(version: Version, comparator: string): boolean {
  const [, operator = '', text = ''] = /^(>=|<=|>|<|=|\^|~)?\s*(.*)$/.exec(comparator) ?? []
  const bound = parseVersion(text)
  if (bound === null) return true
  const order = compare(version, bound)
  switch (operator) {
    case '>=':
      return order >= 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '<':
      return order < 0
    case '^':
      return order >= 0 && version[0] === bound[0]
    case '~':
      return order >= 0 && version[0] === bound[0] && version[1] === bound[1]
    default:
      return order === 0
  }
}

/** Negative, zero or positive, as for sorting. */
export function compare(left: Version, right: Version): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2]
}
