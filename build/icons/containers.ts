import { Resvg } from '@resvg/resvg-js'

/** PNG of a drawing, square, `size` pixels wide. */
export function renderPng(svg: string, size: number): Buffer {
  return render(svg, size).asPng()
}

const render = (svg: string, size: number) =>
  new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } }).render()

/** Windows .ico with one layer per size. */
export function renderIco(svg: string, sizes: readonly number[]): Buffer {
  // Old loaders expect bitmaps for the small layers; 256 is PNG by convention.
  const layers = sizes.map((size) => (size >= 256 ? renderPng(svg, size) : bitmap(svg, size)))
  const directory = Buffer.alloc(6 + 16 * sizes.length)
  directory.writeUInt16LE(1, 2)
  directory.writeUInt16LE(sizes.length, 4)
  let offset = directory.length
  for (const [index, layer] of layers.entries()) {
    const at = 6 + 16 * index
    const size = sizes[index] ?? 0
    directory.writeUInt8(size % 256, at)
    directory.writeUInt8(size % 256, at + 1)
    directory.writeUInt16LE(1, at + 4)
    directory.writeUInt16LE(32, at + 6)
    directory.writeUInt32LE(layer.length, at + 8)
    directory.writeUInt32LE(offset, at + 12)
    offset += layer.length
  }
  return Buffer.concat([directory, ...layers])
}

/** A device-independent bitmap as icons hold it: BGRA from the bottom up, then the (unused) one-bit mask. */
function bitmap(svg: string, size: number): Buffer {
  const { pixels } = render(svg, size)
  const header = Buffer.alloc(40)
  header.writeUInt32LE(40, 0)
  header.writeInt32LE(size, 4)
  header.writeInt32LE(size * 2, 8)
  header.writeUInt16LE(1, 12)
  header.writeUInt16LE(32, 14)
  const colours = Buffer.alloc(size * size * 4)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = (y * size + x) * 4
      const to = ((size - 1 - y) * size + x) * 4
      const alpha = pixels[from + 3] ?? 0
      // The renderer's pixels are premultiplied, an icon's are not.
      const straight = (channel: number): number =>
        alpha === 0 ? 0 : Math.min(255, Math.round(((pixels[from + channel] ?? 0) * 255) / alpha))
      colours.set([straight(2), straight(1), straight(0), alpha], to)
    }
  }
  const maskRow = Math.ceil(size / 32) * 4
  return Buffer.concat([header, colours, Buffer.alloc(maskRow * size)])
}

/** macOS .icns: PNG layers by type code, from 16 to 512 points, each at one and two pixels a point. */
export function renderIcns(svg: string): Buffer {
  const layers = (
    [
      ['icp4', 16],
      ['ic11', 32],
      ['icp5', 32],
      ['ic12', 64],
      ['ic07', 128],
      ['ic13', 256],
      ['ic08', 256],
      ['ic14', 512],
      ['ic09', 512],
      ['ic10', 1024],
    ] as const
  ).map(([type, size]) => {
    const png = renderPng(svg, size)
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32BE(png.length + 8, 4)
    return Buffer.concat([head, png])
  })
  const body = Buffer.concat(layers)
  const head = Buffer.alloc(8)
  head.write('icns', 'latin1')
  head.writeUInt32BE(body.length + 8, 4)
  return Buffer.concat([head, body])
}
