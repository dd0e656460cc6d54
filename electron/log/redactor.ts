/** Keeps secrets out of everything that is written down: the log, the log tail of a child, technical details. */
export interface Redactor {
  /** Every secret that is read, typed or received is told here before it is used. Under 4 characters: not matched. */
  add(value: string): void
  /** The text without any known secret, in plain or encoded form, and without what looks like one. */
  redact(text: string): string
}

/** Shorter than any known secret, so that masking always makes a text shorter and the search comes to an end. */
const mask = '***'
const shortestSecret = 4

/** What the value after one of these words is, is nobody's business. */
const secretKeys =
  'token|password|passwd|passphrase|secret|api[_-]?key|authorization|credential|otp|private[_-]?key|cookie'
/** `token=…`, `"deviceToken": "…"`, `--password …`, `Authorization: Bearer …`; bounded, so that it stays linear. */
const keyedValue = new RegExp(
  `((?:--)?[\\w.-]{0,40}(?:${secretKeys})["']?\\s{0,3}(?:[:=]|%3D)\\s{0,3}(?:Bearer |Basic )?|--[\\w-]{0,40}(?:${secretKeys}) )` +
    `("(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|[^\\s"',;&)}\\]]+)`,
  'gi',
)
const bearer = /\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{4,}/g
const urlPassword = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,200}:)[^\s/@]{1,500}@/gi
/** Also where the line breaks are written as `\n`, and where the end is missing. */
const pemBlock =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g

/** A redactor that knows nothing yet. */
export function createRedactor(): Redactor {
  const known = new Set<string>()
  let longestFirst: readonly string[] = []
  return {
    add(value) {
      for (const form of formsOf(value)) known.add(form)
      longestFirst = [...known].sort((a, b) => b.length - a.length)
    },
    redact(text) {
      return removeKnown(removePatterns(removeKnown(text, longestFirst)), longestFirst)
    },
  }
}

/** Repeats until none is left: cutting one secret out can push the halves of another together. */
function removeKnown(text: string, known: readonly string[]): string {
  let result = text
  for (;;) {
    const before = result
    for (const secret of known) {
      if (result.includes(secret)) result = result.replaceAll(secret, mask)
    }
    if (result === before) return result
  }
}

function removePatterns(text: string): string {
  return text
    .replaceAll(pemBlock, mask)
    .replaceAll(keyedValue, `$1${mask}`)
    .replaceAll(bearer, `$1 ${mask}`)
    .replaceAll(urlPassword, `$1${mask}@`)
}

/** The shapes in which a secret shows up in texts: as it is, in JSON, in a URL or form, in base64, line by line. */
function formsOf(value: string): readonly string[] {
  const trimmed = value.trim()
  const lines = value.split(/\r?\n/).map((line) => line.trim())
  const plain = [value, trimmed, ...(lines.length > 1 ? lines.filter((line) => line.length >= 16) : [])]
  const forms = plain.filter(({ length }) => length >= shortestSecret).flatMap(encodingsOf)
  return [...new Set(forms)].filter((form) => form.length >= shortestSecret)
}

function encodingsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const percent = value.isWellFormed() ? encodeURIComponent(value) : value
  const form = new URLSearchParams({ v: value }).toString().slice(2)
  const bytes = Buffer.from(value)
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    json.replaceAll(
      /[\u0080-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
    percent,
    form,
    ...[percent, form].map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]
}
