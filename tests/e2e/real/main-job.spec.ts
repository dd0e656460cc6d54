import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { startCli, type RunningCli } from '../../fixtures/command-line.ts'
import { filesWithSecrets, hasSecret, processesWithSecrets } from '../../fixtures/find-secrets.ts'
import { startGatewayPeer, type GatewayPeer } from '../../fixtures/gateway-peer.ts'
import { generateKey, startSshd, type Sshd } from '../../fixtures/sshd.ts'

const mainSession = 'agent:main:main'
const passphrase = `pass-${randomBytes(12).toString('hex')}`
const token = `tok-${randomBytes(12).toString('hex')}`

/** The main job through the pages, in Chromium, on a real sshd and a real gateway. One story, told in order. */
test.describe.serial('from nothing to a reply', () => {
  let gateway: GatewayPeer
  let sshd: Sshd
  let dataDir: string
  let keyFile: string
  let app: RunningCli
  let context: BrowserContext
  let page: Page
  const problems: string[] = []

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(240_000)
    ;[gateway, sshd, dataDir] = await Promise.all([
      startGatewayPeer({ token }),
      startSshd(),
      mkdtemp(path.join(tmpdir(), 'hawser-e2e-')),
    ])
    keyFile = path.join(sshd.directory, 'locked_key')
    sshd.authorize([await generateKey(keyFile, 'ed25519', { passphrase })])
    app = startCli(['serve', '--no-open', '--json', '--data-dir', dataDir])
    const { url } = await app.line((line) => typeof line['url'] === 'string')
    context = await browser.newContext()
    page = await context.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(String(url))
  })
  test.afterAll(async () => {
    await context?.close()
    app?.child.kill('SIGTERM')
    await app?.ended
    await gateway?.stop()
    await sshd?.dispose()
    await rm(dataDir, { recursive: true, force: true })
  })

  const composer = () => page.getByRole('textbox', { name: 'Message' })
  const say = async (text: string): Promise<void> => {
    await composer().fill(text)
    await page.keyboard.press('Enter')
  }
  const timesWritten = (text: string): number =>
    gateway.transcript(mainSession).filter((row) => row.role === 'user' && row.text.includes(text)).length
  const conversation = () => page.getByRole('main')

  test('three decisions, each question explained, then the chat', async () => {
    await page.getByText('On another computer, over SSH').click()
    await page.getByLabel('Computer', { exact: false }).first().fill(sshd.target)
    await expect(page.getByText(`port ${sshd.port}`)).toBeVisible()
    await page.getByText('More settings').click()
    await page.getByLabel('Port of the gateway on that computer').fill(String(gateway.port))
    await page.getByLabel('Only this key file').fill(keyFile)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()

    await expect(page.getByRole('dialog')).toContainText(sshd.hostKeys[0]!.fingerprint)
    await page.getByRole('button', { name: 'They are the same: connect' }).click()

    await page.getByRole('dialog').getByLabel('Passphrase', { exact: true }).fill('not the one')
    await page.getByRole('button', { name: 'Unlock the key' }).click()
    await expect(page.getByText('did not open the key')).toBeVisible()
    await page.getByRole('dialog').getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByRole('button', { name: 'Unlock the key' }).click()

    await page.getByRole('dialog').getByLabel('Token', { exact: true }).fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(composer()).toBeVisible({ timeout: 30_000 })
    await expect(page.getByText(/ready · \d+ ms/).first()).toBeVisible()
  })

  test('a message is answered, streamed', async () => {
    await say('hello through the pages')
    await expect(conversation().getByText('You said: hello through the pages')).toBeVisible({
      timeout: 60_000,
    })
    expect(timesWritten('hello through the pages')).toBe(1)
  })

  test('the sshd session killed in the middle of a reply: the page says so, and the reply goes on', async () => {
    await say('SLOW tell me more')
    await expect(conversation().getByText('word5')).toBeVisible({ timeout: 60_000 })
    await sshd.killSessions()
    await expect(page.getByText(/ready · \d+ ms/)).toHaveCount(0)
    await expect(page.getByText(/ready · \d+ ms/).first()).toBeVisible({ timeout: 60_000 })
    await expect(conversation().getByText('word59')).toBeVisible({ timeout: 90_000 })
    expect(timesWritten('SLOW tell me more')).toBe(1)
  })

  test('the sshd stopped while a message is typed: it waits in sight, and arrives once', async () => {
    await sshd.stop()
    await expect(page.getByText(/ready · \d+ ms/)).toHaveCount(0)
    await say('typed while it was down')
    await expect(conversation().getByText('Waiting for the link').last()).toBeVisible()
    await sshd.start()
    await expect(conversation().getByText('You said: typed while it was down')).toBeVisible({
      timeout: 90_000,
    })
    await expect(conversation().getByText('Waiting for the link')).toHaveCount(0)
    expect(timesWritten('typed while it was down')).toBe(1)
  })

  test('the gateway killed in the middle of a reply and started again: nothing lost, nothing doubled', async () => {
    await say('SLOW once more')
    await expect(conversation().getByRole('article').last()).toContainText('word3', { timeout: 60_000 })
    await gateway.kill9()
    await expect(page.getByText(/ready · \d+ ms/)).toHaveCount(0)
    await gateway.restart()
    await expect(page.getByText(/ready · \d+ ms/).first()).toBeVisible({ timeout: 90_000 })
    await expect(conversation().getByText('SLOW once more', { exact: true })).toHaveCount(1)
    await expect(conversation().getByText('Waiting for the link')).toHaveCount(0)
    await expect(conversation().getByText('Arrived at the gateway')).toHaveCount(0, { timeout: 90_000 })
    await expect.poll(() => timesWritten('SLOW once more'), { timeout: 90_000 }).toBe(1)
    await expect(conversation().getByText('SLOW once more', { exact: true })).toHaveCount(1)
  })

  test('status speaks of the server, labelled with host and age', async () => {
    await page.getByRole('button', { name: 'Status' }).click()
    await expect(page.getByText('2026.9.6').first()).toBeVisible({ timeout: 30_000 })
  })

  test('every page is free of axe violations', async () => {
    for (const name of ['Status', 'Settings']) {
      await page.getByRole('button', { name, exact: true }).click()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    }
  })

  test('no secret in files, logs, arguments, environments, addresses, stores or the page', async () => {
    const secrets = [passphrase, token]
    expect(filesWithSecrets(dataDir, secrets)).toEqual([])
    expect(processesWithSecrets(app.pid, secrets)).toEqual([])
    expect(hasSecret(app.lines.map((line) => JSON.stringify(line)).join(), secrets)).toBe(false)
    const shown = await page.evaluate(() =>
      [
        location.href,
        document.documentElement.outerHTML,
        JSON.stringify(localStorage),
        JSON.stringify(sessionStorage),
      ].join(),
    )
    expect(hasSecret(shown, secrets)).toBe(false)
    const typed = await page.evaluate(() =>
      Array.from(document.querySelectorAll('input'), ({ value }) => value).join(),
    )
    expect(hasSecret(typed, secrets)).toBe(false)
    expect(await page.evaluate(() => location.hash)).toBe('')
    expect(problems).toEqual([])
  })
})
