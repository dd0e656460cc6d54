import type { Input, WebContents } from 'electron'

/** What a key press means for the zoom; null for any other key. Without an application menu nobody else hears them. */
export function zoomStep(
  input: Pick<Input, 'type' | 'key' | 'control' | 'alt'>,
): 'in' | 'out' | 'reset' | null {
  if (input.type !== 'keyDown' || !input.control || input.alt) return null
  switch (input.key) {
    case '+':
    case '=':
      return 'in'
    case '-':
    case '_':
      return 'out'
    case '0':
      return 'reset'
    default:
      return null
  }
}

/** Ctrl with plus, minus and zero on systems where the app has no menu; on macOS the View menu does it. */
export function zoomByKeys(contents: WebContents, platform: NodeJS.Platform): void {
  if (platform === 'darwin') return
  contents.on('before-input-event', (event, input) => {
    const step = zoomStep(input)
    if (step === null) return
    event.preventDefault()
    const level = contents.getZoomLevel()
    contents.setZoomLevel(
      step === 'reset' ? 0 : Math.min(6, Math.max(-3, level + (step === 'in' ? 0.5 : -0.5))),
    )
  })
}
