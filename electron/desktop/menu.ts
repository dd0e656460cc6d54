import { Menu, type MenuItemConstructorOptions } from 'electron'

/**
 * macOS needs an application menu, or Cmd+C and Cmd+V do nothing (even in an app without a Dock icon). Elsewhere none:
 * the keys work without it. Call before the app is ready, so that Electron does not build its own first.
 */
export function setApplicationMenu(platform: NodeJS.Platform): void {
  Menu.setApplicationMenu(platform === 'darwin' ? Menu.buildFromTemplate(macTemplate()) : null)
}

function macTemplate(): MenuItemConstructorOptions[] {
  return [
    { role: 'appMenu' },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
  ]
}
