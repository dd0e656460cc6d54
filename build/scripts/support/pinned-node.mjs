// Plain JavaScript for any Node from 20 on: it is what runs before the pinned Node does.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const binary = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

/**
 * Runs `main` under the project's own Node: here if this is a Node that runs TypeScript, else in a child that runs the
 * same script again. Never ends in a stack trace.
 * @param {string} script `import.meta.url` of the script
 * @param {() => Promise<void>} main
 */
export async function underPinnedNode(script, main) {
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    try {
      const { endWithParent } = await import('./end-with-parent.ts')
      endWithParent()
      await main()
    } catch (error) {
      console.error(`hawser: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
    return
  }
  if (!existsSync(binary)) {
    console.error('hawser: the parts it is made of are missing here. Run `npm ci` first.')
    process.exitCode = 1
    return
  }
  const child = spawn(binary, [fileURLToPath(script), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // At a terminal Ctrl-C reaches the child by itself; a second one would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.once('error', (error) => {
    console.error(`hawser: the project's own Node did not start (${error.message}). Run \`npm ci\` again.`)
    process.exitCode = 1
  })
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1)
  })
}
