import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's root directory. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** A path inside the project. */
export const inProject = (...parts: readonly string[]): string => path.join(projectRoot, ...parts)

/** Where the build goes. */
export const outDir = inProject('out')
