import { describe, expect, it } from 'vitest'
import { parseDesktopArguments } from '../../../electron/desktop/desktop-arguments.ts'
import { zoomStep } from '../../../electron/desktop/zoom-keys.ts'

describe('the command line of the desktop app', () => {
  it.each([
    [['electron', '.'], { dataDir: null, hidden: false }],
    [['hawser', '--hidden'], { dataDir: null, hidden: true }],
    [['hawser', '--data-dir', 'rel'], { dataDir: '/work/rel', hidden: false }],
    [['hawser', '--data-dir=/abs/x', '--hidden'], { dataDir: '/abs/x', hidden: true }],
    [['hawser', '--data-dir'], { dataDir: null, hidden: false }],
    [['hawser', '--data-dir='], { dataDir: null, hidden: false }],
    [['hawser', '--data-dirty=x'], { dataDir: null, hidden: false }],
  ])('reads %j', (argv, expected) => {
    expect(parseDesktopArguments(argv, '/work')).toEqual(expected)
  })
})

describe('zoom keys', () => {
  const press = (key: string, more = {}) =>
    zoomStep({ type: 'keyDown', key, control: true, alt: false, ...more })
  it.each([
    ['+', 'in'],
    ['=', 'in'],
    ['-', 'out'],
    ['0', 'reset'],
    ['a', null],
  ])('Ctrl %s', (key, step) => {
    expect(press(key)).toBe(step)
  })
  it('mean nothing alone, on release, or with Alt (a letter on many keyboards)', () => {
    expect(press('+', { control: false })).toBeNull()
    expect(press('+', { type: 'keyUp' })).toBeNull()
    expect(press('0', { alt: true })).toBeNull()
  })
})
