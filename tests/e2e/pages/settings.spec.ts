import { appError, AppFailure } from '../../../shared/result.ts'
import { expect, test } from './pages-test.ts'
import { homeServer, snapshot } from './samples.ts'

test('a gateway is edited, duplicated and removed with its secrets', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Edit' }).first().click()
  await page.getByLabel('Name').fill('Attic')
  await page.getByText('More settings').click()
  await page.getByLabel('Port on this computer, for your own tools').selectOption('off')
  core.on('gateways.edit', ({ draft }) => ({ ...homeServer, ...draft }))
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  expect(core.inputs('gateways.edit')).toEqual([
    { gatewayId: 'g1', draft: { name: 'Attic', place: { ...homeServer.place, localPort: { mode: 'off' } } } },
  ])

  core.on('gateways.duplicate', () => homeServer)
  await page.getByRole('button', { name: 'Actions for home-server' }).click()
  await page.getByRole('button', { name: 'Duplicate' }).click()
  await expect.poll(() => core.inputs('gateways.duplicate').length).toBe(1)

  await page.getByRole('button', { name: 'Actions for home-server' }).click()
  await page.getByRole('button', { name: 'Remove…' }).first().click()
  await expect(page.getByText('removes its 2 secrets from this computer')).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect.poll(() => core.inputs('gateways.remove')).toEqual([{ gatewayId: 'g1' }])
})

test('the colours follow the choice', async ({ page, open }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await open(snapshot())
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
  await expect.poll(theme).toBe('light')
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('radio', { name: 'Dark' }).click({ force: true })
  await expect.poll(theme).toBe('dark')
  await page.getByRole('radio', { name: 'As the system' }).click({ force: true })
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(theme).toBe('dark')
})

test('this computer: start, failure and its log, stop only what may be stopped', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await expect.poll(() => core.inputs('local.start').length).toBe(1)
  const error = appError('local.crash-loop')
  core.patch({ local: { ...core.snapshot.local, state: 'failed', error, logTail: ['boom at line 3'] } })
  await expect(page.getByText('boom at line 3')).toBeVisible()
  core.patch({
    local: { ...core.snapshot.local, state: 'running', owner: 'other', error: null, logTail: [] },
  })
  await expect(page.getByText('another program runs it')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toHaveCount(0)
  core.patch({ local: { ...core.snapshot.local, owner: 'hawser' } })
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect.poll(() => core.inputs('local.stop').length).toBe(1)
  await page.getByLabel('openclaw command').fill('/opt/openclaw')
  await page.getByLabel('openclaw command').press('Enter')
  await expect
    .poll(() => core.inputs('app.set-preferences'))
    .toEqual([{ patch: { openclawPath: '/opt/openclaw' } }])
})

test('a secret is removed only after asking', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: /^Remove: Key of this device/ }).click()
  await expect(page.getByText('Every gateway must then approve this device anew.')).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect.poll(() => core.inputs('secrets.remove')).toEqual([{ entryId: 's1' }])
})

test('start at login is offered only where the system can', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(page.getByText('Start Hawser when I sign in')).toHaveCount(0)
  core.patch({ app: { ...core.snapshot.app, can: { tray: true, startAtLogin: true, openLinks: true } } })
  await page.getByLabel('Start Hawser when I sign in to this computer').click()
  await expect.poll(() => core.inputs('app.set-preferences')).toEqual([{ patch: { startAtLogin: true } }])
})

test('the status names who said what and when, and the log is fetched when asked for', async ({
  page,
  open,
}) => {
  const { core } = await open(snapshot())
  core.on('status.log-tail', () => ({
    host: 'home-server',
    readAt: Date.now(),
    file: '/tmp/openclaw.log',
    lines: ['gateway ready'],
  }))
  await page.getByRole('button', { name: 'Status' }).click()
  await expect(page.getByText(/^home-server said so/).first()).toBeVisible()
  await expect(page.getByText('scan the code again')).toBeVisible()
  expect(core.inputs('status.log-tail')).toEqual([])
  await page.getByRole('button', { name: 'Show the end of its log' }).click()
  await expect(page.getByText('gateway ready')).toBeVisible()
  core.on('status.read', () => {
    throw new AppFailure(appError('rpc.timeout', { method: 'status' }))
  })
  await page.getByRole('button', { name: 'Refresh' }).first().click()
  await expect(page.getByText('The gateway did not answer status in time.')).toBeVisible()
  await expect(page.getByText('scan the code again')).toBeVisible()
})
