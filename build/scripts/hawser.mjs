// `npm run -s hawser -- VERB …`: the command line, from a checkout.
import { underPinnedNode } from './support/pinned-node.mjs'

await underPinnedNode(import.meta.url, async () => {
  const { runCommandLine } = await import('./support/command-line.ts')
  await runCommandLine(process.argv.slice(2))
})
