import { shell } from 'electron'
import { failure } from '../../shared/result.ts'
import { trayText } from '../../shared/text/tray.ts'

const schemes: ReadonlySet<string> = new Set(['https:', 'http:', 'mailto:'])
const maximumLength = 2048

/** The link in its canonical form, or null for one that must not reach the system: it could start a program. */
export function vetLink(address: string): string | null {
  if (address.length > maximumLength || !URL.canParse(address)) return null
  const url = new URL(address)
  if (!schemes.has(url.protocol)) return null
  // `https://bank.example@evil.example` reads like the bank.
  if (url.username !== '' || url.password !== '') return null
  return url.href
}

/** Opens a web or mail link outside the app: the one gate to the system. Rejects with `input.invalid` for any other. */
export async function openExternalLink(address: string): Promise<void> {
  const link = vetLink(address)
  if (link === null) throw failure('input.invalid', { reason: trayText.linkRefused })
  await shell.openExternal(link)
}
