import { trayIconStates } from '../../electron/desktop/tray-states.ts'
import { appDrawing } from './app-drawing.ts'
import { renderIcns, renderIco, renderPng } from './containers.ts'
import { palettes, trayDrawing } from './tray-drawing.ts'

const linuxSizes = [24, 32, 48, 64]
const windowsTraySizes = [16, 20, 24, 32, 48]
const windowsAppSizes = [16, 24, 32, 48, 64, 256]
const linuxAppSizes = [16, 32, 48, 64, 128, 256, 512]

/** All icon files by name: what the running app loads (`shipped`), and what only the packager needs (`packaging`). */
export function drawIcons(): {
  readonly shipped: ReadonlyMap<string, Buffer>
  readonly packaging: ReadonlyMap<string, Buffer>
} {
  const shipped = new Map<string, Buffer>()
  for (const state of trayIconStates) {
    const template = trayDrawing(state, palettes.template)
    shipped.set(`${state}Template.png`, renderPng(template, 16))
    shipped.set(`${state}Template@2x.png`, renderPng(template, 32))
    for (const shade of ['light', 'dark'] as const) {
      const drawing = trayDrawing(state, palettes[shade])
      shipped.set(`${state}-${shade}.ico`, renderIco(drawing, windowsTraySizes))
      for (const size of linuxSizes) shipped.set(`${state}-${shade}-${size}.png`, renderPng(drawing, size))
    }
  }
  shipped.set('app-256.png', renderPng(appDrawing('full'), 256))

  const packaging = new Map<string, Buffer>()
  packaging.set('icon.icns', renderIcns(appDrawing('macos')))
  packaging.set('icon.ico', renderIco(appDrawing('full'), windowsAppSizes))
  for (const size of linuxAppSizes) {
    packaging.set(`linux/${size}x${size}.png`, renderPng(appDrawing('full'), size))
  }
  return { shipped, packaging }
}
