import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { drawIcons } from '../icons/icon-files.ts'
import { inProject } from './support/project.ts'

// Draws all icons: what the app loads into out/icons, what the packager needs into dist/icons. The names carry no
// hash, since systems match icons by name.
const { shipped, packaging } = drawIcons()
for (const [dir, files] of [
  [inProject('out', 'icons'), shipped],
  [inProject('dist', 'icons'), packaging],
] as const) {
  for (const [name, content] of files) {
    const file = path.join(dir, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}
