// `npm start`: the tray app where Electron's runtime is to be had, else the same app in the browser.
import { underPinnedNode } from './support/pinned-node.mjs'

await underPinnedNode(import.meta.url, async () => {
  const { startApp, systemStartPorts } = await import('./support/start-app.ts')
  process.exitCode = await startApp(systemStartPorts(process.argv.slice(2)))
})
