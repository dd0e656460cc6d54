/** A rectangle in screen coordinates (device-independent pixels). */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface SavedPlacement {
  readonly bounds: Rectangle
  readonly maximized: boolean
}

/** Where a new window goes. Without a position the system centres it. */
export interface Placement {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly maximized: boolean
}

export const minimumSize = { width: 360, height: 480 } as const
const firstSize = { width: 1040, height: 720 } as const
/** So much of the title bar must be in sight that the window can be dragged back. */
const grip = { width: 120, height: 32 } as const

/** Restores a window, but never out of sight: displays come and go. */
export function placeWindow(saved: SavedPlacement | null, workAreas: readonly Rectangle[]): Placement {
  if (saved === null) return { ...firstSize, maximized: false }
  const { bounds, maximized } = saved
  const largest = {
    width: Math.max(minimumSize.width, ...workAreas.map((area) => area.width)),
    height: Math.max(minimumSize.height, ...workAreas.map((area) => area.height)),
  }
  const size = {
    width: Math.min(Math.max(bounds.width, minimumSize.width), largest.width),
    height: Math.min(Math.max(bounds.height, minimumSize.height), largest.height),
  }
  const reachable = workAreas.some((area) => {
    const seen = Math.min(bounds.x + size.width, area.x + area.width) - Math.max(bounds.x, area.x)
    const titleSeen = bounds.y >= area.y - 8 && bounds.y + grip.height <= area.y + area.height
    return seen >= grip.width && titleSeen
  })
  return { ...size, ...(reachable ? { x: bounds.x, y: bounds.y } : {}), maximized }
}

/** Reads a saved placement; null for anything else than one. */
export function parsePlacement(text: string): SavedPlacement | null {
  try {
    const value = JSON.parse(text) as { bounds?: Partial<Rectangle>; maximized?: unknown } | null
    const { x, y, width, height } = value?.bounds ?? {}
    const numbers = [x, y, width, height]
    if (!numbers.every((number) => Number.isSafeInteger(number))) return null
    return { bounds: { x, y, width, height } as Rectangle, maximized: value?.maximized === true }
  } catch {
    return null
  }
}
