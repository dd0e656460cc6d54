import { defineConfig } from '@playwright/test'

const chromium = process.env['HAWSER_CHROMIUM'] ?? '/usr/bin/chromium'
/** Chromium's own sandbox stays on wherever the system lets it: it refuses only root. */
const asRoot = process.getuid?.() === 0

export default defineConfig({
  // One after the other: each test brings an sshd, a gateway and a browser of its own.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  outputDir: 'test-results',
  reporter: [['list']],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'e2e',
      testDir: 'tests/e2e',
      testMatch: '**/*.spec.ts',
      use: {
        browserName: 'chromium',
        launchOptions: {
          executablePath: chromium,
          args: [
            ...(asRoot ? ['--no-sandbox'] : []),
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      },
    },
    // The real Electron, wherever its runtime is: npm run test:electron.
    { name: 'electron', testDir: 'tests/electron', testMatch: '**/*.spec.ts' },
  ],
})
