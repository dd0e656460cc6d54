import type { AppError } from '../../../shared/result.ts'

const alarms = ['ssh.host-key-changed', 'ssh.host-key-revoked', 'tls.pin-mismatch'] as const
/** Errors that may mean that somebody stands in between. */
export type AlarmCode = (typeof alarms)[number]

export const alarmCode = (error: AppError | null): AlarmCode | null =>
  alarms.find((code) => code === error?.code) ?? null

export const isAlarm = (error: AppError | null): boolean => alarmCode(error) !== null

export interface Fingerprints {
  /** What the server shows now. */
  readonly shown: string | null
  /** What was known until now. */
  readonly onFile: string | null
}

const fingerprint = /SHA256:[A-Za-z0-9+/]{20,}=*|\b(?:[0-9a-f]{2}:){31}[0-9a-f]{2}\b|\b[0-9a-f]{64}\b/gi

/** The two fingerprints an alarm names: the error catalogue says the one shown now first. */
export function fingerprintsOf(error: AppError): Fingerprints {
  const [shown = null, onFile = null] = error.message.match(fingerprint) ?? []
  return { shown, onFile }
}
