import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import path from 'node:path'
import type { Conversation } from '../../../shared/model/chat.ts'
import type { Snapshot } from '../../../shared/model/snapshot.ts'
import { startPageHost, type PageHost } from '../../fixtures/page-host.ts'
import { conversation, sessions, status } from './samples.ts'

const pagesDir = path.resolve(import.meta.dirname, '../../../out/renderer')

interface PagesFixtures {
  /** Serves the pages with this state behind them, and opens them. */
  readonly open: (snapshot: Snapshot, talk?: Conversation) => Promise<PageHost>
}

/** A test of the pages. Errors in the console, breaches of the policy and broken calls fail it, whatever it is about. */
export const test = base.extend<PagesFixtures>({
  open: async ({ page }, use) => {
    const problems: string[] = []
    const hosts: PageHost[] = []
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
    page.on('console', (message) => {
      // A socket that cannot be opened is what some tests are about; the browser reports it by itself.
      if (message.type() === 'error' && !message.text().includes('WebSocket')) problems.push(message.text())
    })
    await page.exposeFunction('reportViolation', (what: string) => problems.push(`policy: ${what}`))
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const report = (window as unknown as { reportViolation: (what: string) => Promise<void> })
          .reportViolation
        void report(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
      })
    })
    await use(async (snapshot, talk = conversation()) => {
      const host = await startPageHost(snapshot, pagesDir)
      hosts.push(host)
      host.core.setConversation(talk)
      for (const { key } of sessions()) {
        if (key !== talk.sessionKey) host.core.setConversation({ ...talk, sessionKey: key, rows: [] })
      }
      host.core.on('chat.sessions', () => ({ sessions: sessions() }))
      host.core.on('status.read', () => status())
      await page.goto(host.url)
      return host
    })
    for (const host of hosts) {
      problems.push(...host.core.faults)
      await host.close()
    }
    expect(problems).toEqual([])
  },
})

export { expect }

/** Fails if the page as it stands has an accessibility violation. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
  expect(told).toEqual([])
}
