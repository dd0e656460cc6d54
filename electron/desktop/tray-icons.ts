import path from 'node:path'
import { nativeImage, nativeTheme, screen, type NativeImage } from 'electron'
import type { TrayIconState } from './tray-states.ts'

export interface TrayIconSurroundings {
  readonly platform: NodeJS.Platform
  /** The bar the icon stands on is dark, so that a light icon is needed. */
  readonly darkBar: boolean
  /** Highest scale factor of any display; Linux tray protocols know none. */
  readonly scale: number
}

/** File name of the icon, as `build/scripts/icons.ts` writes it. */
export function trayIconFile(state: TrayIconState, around: TrayIconSurroundings): string {
  switch (around.platform) {
    case 'darwin':
      // The system recolours templates itself, and finds `@2x` beside it.
      return `${state}Template.png`
    case 'win32':
      return `${state}-${around.darkBar ? 'light' : 'dark'}.ico`
    default: {
      const size = around.scale <= 1 ? 24 : around.scale <= 1.5 ? 32 : around.scale <= 2 ? 48 : 64
      return `${state}-${around.darkBar ? 'light' : 'dark'}-${size}.png`
    }
  }
}

/** The image for the tray. Reads theme and displays at each call: both change while the app runs. */
export function trayImage(
  folder: string,
  state: TrayIconState,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): NativeImage {
  const scale = Math.max(1, ...screen.getAllDisplays().map((display) => display.scaleFactor))
  const file = trayIconFile(state, { platform, darkBar: hasDarkBar(platform, env), scale })
  const image = nativeImage.createFromPath(path.join(folder, file))
  if (platform === 'darwin') image.setTemplateImage(true)
  return image
}

function hasDarkBar(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean {
  if (platform !== 'linux') return nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
  // Only KDE's panel follows the colour scheme; GNOME's bar and most others are dark whatever the windows are.
  return /\bKDE\b/i.test(env['XDG_CURRENT_DESKTOP'] ?? '') ? nativeTheme.shouldUseDarkColors : true
}
