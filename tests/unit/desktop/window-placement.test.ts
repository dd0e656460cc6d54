import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePlacement, placeWindow, type Rectangle } from '../../../electron/desktop/window-placement.ts'

const screen: Rectangle = { x: 0, y: 0, width: 1920, height: 1040 }
const place = (bounds: Rectangle, areas: readonly Rectangle[] = [screen]) =>
  placeWindow({ bounds, maximized: false }, areas)

describe('where the window goes', () => {
  it('is back where it was', () => {
    expect(place({ x: 10, y: 20, width: 800, height: 600 })).toEqual({
      x: 10,
      y: 20,
      width: 800,
      height: 600,
      maximized: false,
    })
  })

  it.each([
    ['on a display that is gone', { x: 2500, y: 100, width: 800, height: 600 }],
    ['with its title bar above the screen', { x: 100, y: -300, width: 800, height: 600 }],
    ['with its title bar below the screen', { x: 100, y: 1035, width: 800, height: 600 }],
    ['but for a sliver', { x: 1900, y: 100, width: 800, height: 600 }],
  ])('is centred when it was %s', (_name, bounds) => {
    expect(place(bounds)).toEqual({ width: 800, height: 600, maximized: false })
  })

  it('fits the largest display and is never too small to use', () => {
    expect(place({ x: 0, y: 0, width: 9000, height: 9000 })).toMatchObject({ width: 1920, height: 1040 })
    expect(place({ x: 0, y: 0, width: 1, height: 1 })).toMatchObject({ width: 360, height: 480 })
  })

  it('can always be reached with the mouse', () => {
    const number = fc.integer({ min: -5000, max: 5000 })
    const area = fc.record({
      x: number,
      y: number,
      width: fc.integer({ min: 640, max: 4000 }),
      height: fc.integer({ min: 480, max: 3000 }),
    })
    const bounds = fc.record({ x: number, y: number, width: fc.nat(6000), height: fc.nat(6000) })
    fc.assert(
      fc.property(bounds, fc.array(area, { minLength: 1, maxLength: 3 }), (saved, areas) => {
        const { x, y, width } = place(saved, areas)
        if (x === undefined || y === undefined) return
        const grips = areas.some(
          (one) =>
            Math.min(x + width, one.x + one.width) - Math.max(x, one.x) >= 120 &&
            y >= one.y - 8 &&
            y + 32 <= one.y + one.height,
        )
        expect(grips).toBe(true)
      }),
    )
  })
})

describe('a saved place', () => {
  it('is read back as written', () => {
    const saved = { bounds: { x: -1, y: 2, width: 3, height: 4 }, maximized: true }
    expect(parsePlacement(JSON.stringify(saved))).toEqual(saved)
  })
  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"bounds":{"x":1}}',
    '{"bounds":{"x":1,"y":1,"width":"9","height":1}}',
    '{',
  ])('is none for %j', (text) => {
    expect(parsePlacement(text)).toBeNull()
  })
})
