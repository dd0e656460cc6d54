import { appError } from '../../../shared/result.ts'
import { stageNames } from '../../../shared/stages.ts'
import { expect, test } from './pages-test.ts'
import {
  blockedConnection,
  chainTo,
  changedHostKey,
  connectingConnection,
  homeServer,
  idleConnection,
  okStage,
  readyConnection,
  snapshot,
  waitingConnection,
} from './samples.ts'
import type { ConnectionView } from '../../../shared/model/connection.ts'

const withLink = (g1: ConnectionView) => snapshot({ connections: { ...snapshot().connections, g1 } })

test('every state of the chain has its own shape and words', async ({ page, open }) => {
  const { core } = await open(withLink(idleConnection('g1')))
  await page.getByRole('button', { name: /^Link:/ }).click()
  const panel = page.getByRole('region', { name: 'How home-server is connected' })
  const stage = (name: string) => panel.locator(`[data-stage=${name}]`)
  for (const name of stageNames) await expect(stage(name)).toHaveAttribute('data-state', 'pending')

  core.patch({ connections: { g1: connectingConnection('g1', 'ssh') } })
  await expect(stage('network')).toContainText('203.0.113.7:22')
  await expect(stage('network')).toContainText('12 ms')
  await expect(stage('ssh')).toContainText('working on it')

  core.patch({ connections: { g1: waitingConnection('g1') } })
  await expect(stage('forward').locator('[data-mark=failed]')).toBeVisible()
  await expect(panel.getByText('openclaw gateway start')).toBeVisible()

  const wrong = appError('auth.token-wrong', { name: 'home-server' })
  core.patch({ connections: { g1: blockedConnection('g1', wrong, 'auth') } })
  await expect(stage('auth').locator('[data-mark=stopped]')).toBeVisible()
  await expect(stage('pairing')).toHaveAttribute('data-state', 'pending')

  const direct = stageNames.map((name) =>
    name === 'ssh' || name === 'forward' ? { ...okStage(name), state: 'skipped' as const } : okStage(name),
  )
  core.patch({ connections: { g1: { ...readyConnection('g1'), stages: direct } } })
  await expect(stage('ready').locator('[data-mark=ok]')).toBeVisible()
  await expect(stage('ssh')).toHaveCount(0)
})

test('the countdown runs, and Try now skips it', async ({ page, open }) => {
  const { core } = await open(withLink({ ...waitingConnection('g1'), retryAt: Date.now() + 60_000 }))
  const line = page.getByRole('button', { name: /^Link:/ })
  await expect(line).toContainText(/trying again in (5\d|60) s/)
  const first = await line.textContent()
  await expect(line).not.toHaveText(first ?? '')
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect.poll(() => core.inputs('connection.retry')).toEqual([{ gatewayId: 'g1' }])
})

test('each blocked link offers its one next step', async ({ page, open }) => {
  const { core } = await open(withLink(blockedConnection('g1', appError('auth.token-wrong'), 'auth')))
  await page.getByRole('button', { name: 'Enter the token' }).click()
  await expect.poll(() => core.inputs('connection.retry')).toEqual([{ gatewayId: 'g1' }])

  core.patch({
    connections: {
      g1: blockedConnection('g1', appError('network.name-unknown', { host: 'home-servr' }), 'network'),
    },
  })
  await page.getByRole('button', { name: 'Check its settings' }).click()
  await expect(page.getByRole('heading', { name: 'Edit home-server' })).toBeVisible()
})

test('connect, disconnect, check and dashboard', async ({ page, open }) => {
  const { core } = await open(withLink(readyConnection('g1')))
  core.on('connection.check', () => ({
    stages: chainTo('gateway', 'failed', 'no answer', appError('gateway.timeout')),
  }))
  await page.getByRole('button', { name: /^Link:/ }).click()
  await page.getByRole('button', { name: 'Open its dashboard' }).click()
  await page.getByRole('button', { name: 'Check each stage' }).click()
  await expect(page.getByRole('list', { name: 'Check each stage' })).toContainText('did not answer in time')
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await expect.poll(() => core.inputs('connection.disconnect')).toEqual([{ gatewayId: 'g1' }])
  expect(core.inputs('connection.open-dashboard')).toEqual([{ gatewayId: 'g1' }])
  await page.keyboard.press('Escape')
  core.patch({ connections: { g1: idleConnection('g1') } })
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect.poll(() => core.inputs('connection.connect')).toEqual([{ gatewayId: 'g1' }])
})

test('a changed identity takes the page, and nothing on it accepts the new one', async ({
  page,
  open,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { core } = await open(withLink(blockedConnection('g1', changedHostKey(), 'ssh')))
  const alarm = page.getByRole('alert')
  await expect(alarm.getByRole('heading', { name: 'The identity of home-server changed' })).toBeFocused()
  await expect(alarm.locator('dd').first()).toContainText(
    'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDJzVCbnpxPNlTqlVw',
  )
  await expect(alarm.locator('dd').last()).toContainText('SHA256:9kXqDq0Y5GZhu8pFCw1hGk0o2VYJ7d5sQeTjv1lRkzU')
  const buttons = await alarm.getByRole('button').allTextContents()
  expect(buttons.filter((words) => /accept|trust|anyway|connect$/i.test(words))).toEqual([])

  await alarm.getByRole('button', { name: 'Copy the command: ssh-keygen -R home-server' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('ssh-keygen -R home-server')

  await alarm.getByRole('button', { name: 'Read the conversation' }).click()
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  await page.getByRole('button', { name: 'About the changed identity' }).click()
  await page.getByRole('button', { name: 'Leave it disconnected' }).click()
  await expect.poll(() => core.inputs('connection.disconnect')).toEqual([{ gatewayId: 'g1' }])
  expect(core.inputs('connection.retry')).toEqual([])
})

test('each gateway in the list tells its own truth', async ({ page, open }) => {
  await open(snapshot())
  const list = page.getByRole('navigation', { name: 'Gateways' })
  await expect(list.getByRole('button', { name: homeServer.name })).toContainText('ready · 23 ms')
  await expect(list.getByRole('button', { name: 'vps' })).toContainText('waiting for the gateway to run')
  await expect(list.getByRole('button', { name: 'This computer' })).toContainText('not connected')
})
