import { describe, expect, it } from 'vitest'
import { age, dayName, dayOf, secondsUntil, span, took } from '../../../renderer/ui/format.ts'

const second = 1_000
const hour = 3_600 * second

describe('words for times', () => {
  it.each([
    [0, 'just now'],
    [-40 * second, 'just now'],
    [12 * second, '12 s ago'],
    [3 * 60 * second, '3 min ago'],
    [5 * hour, '5 h ago'],
    [25 * hour, 'a day ago'],
    [80 * hour, '3 days ago'],
  ])('%d ms ago', (ms, words) => {
    expect(age(1_000_000_000_000 - ms, 1_000_000_000_000)).toBe(words)
  })

  it('counts whole seconds and never below zero', () => {
    expect(secondsUntil(10_001, 10_000)).toBe(1)
    expect(secondsUntil(9_000, 10_000)).toBe(0)
  })

  it('picks the unit', () => {
    expect([span(59_999), span(2 * hour), span(49 * hour)]).toEqual(['59 s', '2 h', '2 days'])
    expect([took(12.4), took(1_850)]).toEqual(['12 ms', '1.9 s'])
  })

  it('knows the last two days by name', () => {
    const noon = new Date(2026, 9, 26, 12).getTime()
    expect(dayName(noon, noon + hour)).toBe('Today')
    expect(dayName(noon, new Date(2026, 9, 27, 0, 1).getTime())).toBe('Yesterday')
    expect(dayName(noon, new Date(2026, 9, 29).getTime())).toContain('26')
  })

  it('a day reaches from midnight to midnight, also when clocks change', () => {
    for (const month of [2, 9]) {
      for (let number = 20; number < 32; number += 1) {
        const { start, end } = dayOf(new Date(2026, month, number, 15).getTime())
        expect(new Date(start).getHours()).toBe(0)
        expect(dayOf(end).start).toBe(end)
      }
    }
  })
})
