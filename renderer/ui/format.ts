import { text } from '../../shared/text/pages.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long ago, in words. A clock of another computer that runs ahead counts as now. */
export function age(at: number, now: number): string {
  const ms = now - at
  if (ms < 5 * second) return text.time.now
  if (ms < minute) return text.time.seconds(Math.floor(ms / second))
  if (ms < hour) return text.time.minutes(Math.floor(ms / minute))
  if (ms < day) return text.time.hours(Math.floor(ms / hour))
  return text.time.days(Math.floor(ms / day))
}

/** A span of time in its largest whole unit. */
export function span(ms: number): string {
  if (ms < minute) return text.time.forSeconds(Math.max(0, Math.floor(ms / second)))
  if (ms < hour) return text.time.forMinutes(Math.floor(ms / minute))
  if (ms < day) return text.time.forHours(Math.floor(ms / hour))
  return text.time.forDays(Math.floor(ms / day))
}

/** How long something took: milliseconds below a second, then tenths. */
export function took(ms: number): string {
  return ms < second ? text.time.milliseconds(Math.round(ms)) : text.time.tenths((ms / second).toFixed(1))
}

/** Whole seconds until then, never below zero. */
export const secondsUntil = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / second))

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })

export const clockTime = (at: number): string => clockFormat.format(at)
export const fullTime = (at: number): string => fullFormat.format(at)

/** The calendar day, with words for the last two. */
export function dayName(at: number, now: number): string {
  const days = Math.round((dayOf(now).start - dayOf(at).start) / day)
  if (days === 0) return text.time.today
  if (days === 1) return text.time.yesterday
  return dayFormat.format(at)
}

/** The calendar day of a moment: from midnight to midnight, in epoch ms. */
export function dayOf(at: number): { readonly start: number; readonly end: number } {
  const date = new Date(at)
  const [year, month, number] = [date.getFullYear(), date.getMonth(), date.getDate()]
  return { start: new Date(year, month, number).getTime(), end: new Date(year, month, number + 1).getTime() }
}
