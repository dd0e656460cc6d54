import { expect, test } from './pages-test.ts'
import { agentRow, conversation, homeServer, mainKey, snapshot } from './samples.ts'

test('a change that was lost is made up for by fetching again', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await expect(page.getByText('home-server').first()).toBeVisible()
  core.patchSilently({ gateways: [{ ...homeServer, name: 'renamed while we slept' }] })
  core.patch({ notices: [{ id: 'n1', tone: 'info', text: 'a notice', at: Date.now() }] })
  await expect(page.getByText('renamed while we slept').first()).toBeVisible()
  await expect(page.getByText('a notice')).toBeVisible()
  expect(core.inputs('app.snapshot')).toHaveLength(2)
  await page.getByRole('button', { name: 'Got it' }).click()
  await expect.poll(() => core.inputs('app.dismiss-notice')).toEqual([{ noticeId: 'n1' }])
})

test('a conversation whose change was lost is fetched again', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  const rows = [...conversation().rows, agentRow('lost', 'said while nobody heard')]
  core.change('g1', mainKey, [], { rows }, true)
  core.change('g1', mainKey, [{ op: 'rows-upsert', rows: [agentRow('next', 'and one more')] }], {
    rows: [...rows, agentRow('next', 'and one more')],
  })
  await expect(page.getByText('said while nobody heard')).toBeVisible()
  await expect(page.getByText('and one more')).toBeVisible()
})

test('when Hawser stops, nothing pretends to be true, and everything is fetched when it is back', async ({
  page,
  open,
}) => {
  const host = await open(snapshot())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  host.pause()
  await expect(page.getByText('Hawser has stopped, or is starting again.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Link:/ })).toContainText('not known')
  await page.getByLabel('Message', { exact: true }).fill('kept')
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled()

  host.core.patchSilently({ gateways: [{ ...homeServer, name: 'another name' }] })
  host.core.change('g1', mainKey, [], { rows: [agentRow('a9', 'written meanwhile')] }, true)
  host.resume()
  await expect(page.getByText('Hawser has stopped')).toHaveCount(0)
  await expect(page.getByText('another name').first()).toBeVisible()
  await expect(page.getByText('written meanwhile')).toBeVisible()
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue('kept')
})

test('the secret leaves the address; a page without it says what to do', async ({ page, open }) => {
  const host = await open(snapshot())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  expect(page.url()).not.toContain(host.secret)
  await page.evaluate(() => sessionStorage.setItem('hawser.secret', 'bad0'))
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Open Hawser again from its command' })).toBeVisible()
  await page.goto(host.url)
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
})

test('the core can ask for a place', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  core.send({ name: 'app.show', payload: { page: 'settings', gatewayId: null } })
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
})
