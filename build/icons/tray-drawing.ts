import type { TrayIconState } from '../../electron/desktop/tray-states.ts'

/** Colours of one kind of icon. The shape alone tells the states apart; colour only helps. */
export interface TrayPalette {
  readonly bollard: string
  readonly ready: string
  readonly connecting: string
  readonly needsYou: string
  readonly working: string
}

export const palettes = {
  /** macOS: the system paints templates itself, so only alpha counts. */
  template: { bollard: '#000', ready: '#000', connecting: '#000', needsYou: '#000', working: '#000' },
  /** For dark bars. */
  light: {
    bollard: '#fff',
    ready: '#5fd693',
    connecting: '#f5b84a',
    needsYou: '#ff7b72',
    working: '#6cb6ff',
  },
  /** For light bars. */
  dark: {
    bollard: '#24292f',
    ready: '#14803f',
    connecting: '#a35c00',
    needsYou: '#cf222e',
    working: '#0969da',
  },
} as const satisfies Record<string, TrayPalette>

/**
 * The bollard on a grid of 16: cap, post, base. All edges lie on whole units, so that 16 px come out crisp.
 * It stands left of the middle; the right quarter belongs to the rope or the mark.
 */
const cap = '<rect x="1" y="1" width="10" height="3" rx="1.5"/>'
const base = '<path d="M1 15v-1.2A1.8 1.8 0 0 1 2.8 12h6.4a1.8 1.8 0 0 1 1.8 1.8V15z"/>'
const bareBollard = `${cap}${base}<rect x="3" y="3" width="6" height="10"/>`
/** The post in two pieces, with air above and below the rope, so that one colour is enough to see it. */
const ropedBollard = `${cap}${base}<rect x="3" y="3" width="6" height="2"/><rect x="3" y="10" width="6" height="3"/>`
/** Round the post, and taut to the ship. */
const rope = '<path d="M3.5 6h5A1.5 1.5 0 0 1 9.9 7H16v2H3.5a1.5 1.5 0 0 1 0-3z"/>'
/** Hanging loose, in pieces. */
const slackRope =
  '<rect x="10" y="5" width="2" height="2" rx="0.6"/><rect x="12" y="8" width="2" height="2" rx="0.6"/><rect x="14" y="11" width="2" height="2" rx="0.6"/>'
const callMark =
  '<rect x="13" y="1" width="3" height="9" rx="1"/><rect x="13" y="12" width="3" height="3" rx="1.2"/>'
const workingDot = '<circle cx="13" cy="3" r="3"/>'
/** The cap makes room for the dot. */
const shortCapped = ropedBollard.replace(cap, '<path d="M2.5 1H9v3H2.5a1.5 1.5 0 0 1 0-3z"/>')
const outline =
  'M2.5 1.5h7a1 1 0 0 1 0 2h-1v9h1.2a.8.8 0 0 1 .8.8v1.2h-9v-1.2a.8.8 0 0 1 .8-.8h1.2v-9h-1a1 1 0 0 1 0-2z'

/** SVG of a tray icon, 16 by 16 units. */
export function trayDrawing(state: TrayIconState, palette: TrayPalette): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16">${content(state, palette)}</svg>`
}

function content(state: TrayIconState, palette: TrayPalette): string {
  const paint = (shapes: string, colour: string): string => `<g fill="${colour}">${shapes}</g>`
  switch (state) {
    case 'off':
      // Hollow, and nothing round it.
      return `<path fill="none" stroke="${palette.bollard}" d="${outline}"/>`
    case 'connecting':
      return paint(bareBollard, palette.bollard) + paint(slackRope, palette.connecting)
    case 'ready':
      return paint(ropedBollard, palette.bollard) + paint(rope, palette.ready)
    case 'working':
      return (
        paint(shortCapped, palette.bollard) + paint(rope, palette.ready) + paint(workingDot, palette.working)
      )
    case 'needs-you':
      return paint(bareBollard, palette.bollard) + paint(callMark, palette.needsYou)
  }
}
