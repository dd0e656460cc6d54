import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const electronStub = fileURLToPath(new URL('tests/stubs/electron.ts', import.meta.url))

/** A plain `import 'electron'` in Node starts a download, so every suite sees the stub instead. */
const alias = { electron: electronStub }

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          environment: 'node',
          testTimeout: 10_000,
          // Halves the inner loop. Nothing here keeps state in a module, so files cannot disturb each other.
          isolate: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
        },
      },
      {
        // Large downloads, so it is a command of its own: npm run test:old-gateway.
        resolve: { alias },
        test: {
          name: 'old-gateway',
          include: ['tests/old-gateway/**/*.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
        },
      },
    ],
  },
})
