/** How the app icon fills its square: macOS leaves room for its own shadow, the others do not. */
export type AppIconShape = 'macos' | 'full'

/**
 * SVG of the app icon, 1024 by 1024 units: a bollard on the quay, the rope of a ship that lies to the right taken
 * round it twice.
 */
export function appDrawing(shape: AppIconShape): string {
  const plate =
    shape === 'macos'
      ? { at: 100, size: 824, radius: 186, scale: 0.8 }
      : { at: 24, size: 976, radius: 210, scale: 0.95 }
  const middle = 512 * (1 - plate.scale)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024" width="1024" height="1024">
  <defs>
    <linearGradient id="sea" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#2f5f86"/><stop offset="1" stop-color="#12304a"/>
    </linearGradient>
    <linearGradient id="iron" x1="0" y1="0" x2="1" y2="0">
      <stop offset="0" stop-color="#ffffff"/><stop offset="0.55" stop-color="#f2f5f8"/><stop offset="1" stop-color="#c3d0db"/>
    </linearGradient>
    <linearGradient id="hemp" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#ffd591"/><stop offset="0.5" stop-color="#f3b04c"/><stop offset="1" stop-color="#c97f1e"/>
    </linearGradient>
    <clipPath id="plate"><rect x="${plate.at}" y="${plate.at}" width="${plate.size}" height="${plate.size}" rx="${plate.radius}"/></clipPath>
    <clipPath id="ropes">${ropes}</clipPath>
  </defs>
  <g clip-path="url(#plate)">
    <rect width="1024" height="1024" fill="url(#sea)"/>
    <g transform="translate(${middle} ${middle}) scale(${plate.scale})">
      <rect x="-200" y="842" width="1500" height="400" fill="#0b2134"/>
      <rect x="-200" y="842" width="1500" height="14" fill="#3f7198"/>
      <g fill="url(#iron)">
        <rect x="222" y="176" width="488" height="142" rx="71"/>
        <path d="M318 318h296v452H318z"/>
        <path d="M214 842v-34a74 74 0 0 1 74-74h356a74 74 0 0 1 74 74v34z"/>
      </g>
      <path d="M318 318h296v34H318z" fill="#10283d" opacity="0.22"/>
      <g fill="#10283d" opacity="0.28"><path d="M318 400h296v26H318zM318 640h296v30H318z"/></g>
      <g fill="url(#hemp)">${ropes}</g>
      <g clip-path="url(#ropes)" stroke="#8a5210" stroke-opacity="0.55" stroke-width="13" fill="none">${twist()}</g>
    </g>
  </g>
</svg>`
}

/** Two turns; the lower one leaves for the ship. */
const ropes =
  '<rect x="272" y="424" width="388" height="100" rx="50"/><path d="M322 540h1000v100H322a50 50 0 0 1 0-100z"/>'

/** The lay of the rope: slanted strokes along both turns. */
function twist(): string {
  const strokes: string[] = []
  for (let x = 240; x < 1340; x += 62)
    strokes.push(`<path d="M${x} 424q34 44 14 100M${x} 540q34 44 14 100"/>`)
  return strokes.join('')
}
