import { appError, AppFailure } from '../../../shared/result.ts'
import { expect, test } from './pages-test.ts'
import {
  blockedConnection,
  changedHostKey,
  connectingConnection,
  emptySnapshot,
  homeServer,
  prompt,
  readyConnection,
  thisComputer,
} from './samples.ts'

test('three decisions lead from nothing to the chat', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('ssh.aliases', () => ({ aliases: [{ name: 'home-server', file: '~/.ssh/config' }] }))
  core.on('ssh.resolve', ({ target }) => ({
    target,
    host: '203.0.113.7',
    port: 2222,
    user: 'ada',
    identityFiles: ['~/.ssh/id_ed25519'],
    jumps: ['bastion'],
    usesAgent: false,
    engine: 'builtin',
    engineReason: 'nothing needs another',
    source: 'ssh -G',
  }))
  core.on('gateways.add', ({ draft }) => {
    const gateway = { ...homeServer, ...draft }
    core.patch({
      gateways: [gateway],
      connections: { g1: connectingConnection('g1', 'ssh') },
      selectedGatewayId: 'g1',
    })
    core.patch({ prompts: [prompt('passphrase')] })
    return gateway
  })

  await page.getByRole('button', { name: 'On another computer, over SSH' }).click()
  await page.getByRole('button', { name: 'home-server', exact: true }).click()
  await expect(page.getByText('ada@203.0.113.7, port 2222')).toBeVisible()
  await expect(page.getByText('by way of bastion')).toBeVisible()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()

  expect(core.inputs('gateways.add')).toEqual([
    { draft: { name: 'home-server', place: { ...homeServer.place, target: 'home-server' } }, connect: true },
  ])
  await expect(page.getByRole('dialog', { name: 'Passphrase of your key' })).toBeVisible()
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Connecting to home-server' })).toBeVisible()
  await expect(page.locator('[data-stage=ssh]')).toHaveAttribute('data-state', 'running')

  core.patch({ connections: { g1: readyConnection('g1') } })
  await expect(page.getByRole('heading', { name: 'Plan the trip' })).toBeVisible()
  await expect(page.getByLabel('Message', { exact: true })).toBeFocused()
})

test('the demo is one click away', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('app.start-demo', () => {
    const demo = { ...homeServer, name: 'Demo', demo: true }
    core.patch({ gateways: [demo], connections: { g1: readyConnection('g1') }, selectedGatewayId: 'g1' })
    return demo
  })
  await page.getByRole('button', { name: 'Just show me' }).click()
  await expect(page.getByText('This is a demo')).toBeVisible()
  await expect(page.getByLabel('Message', { exact: true })).toBeVisible()
})

test('a gateway of OpenClaw’s own settings is offered and taken over', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('gateways.import-offers', () => ({
    offers: [
      {
        file: '/home/ada/.openclaw/openclaw.json',
        draft: { name: 'vps', place: { ...homeServer.place, target: 'ada@vps' } as typeof homeServer.place },
        hasSecret: true,
        notes: [],
      },
    ],
  }))
  core.on('gateways.import', () => {
    core.patch({
      gateways: [homeServer],
      connections: { g1: connectingConnection('g1') },
      selectedGatewayId: 'g1',
    })
    return homeServer
  })
  await page.reload()
  await expect(page.getByText('The file is only read.')).toBeVisible()
  await page.getByRole('button', { name: /^vps, over SSH/ }).click()
  expect(core.inputs('gateways.import')).toEqual([
    { file: '/home/ada/.openclaw/openclaw.json', connect: true },
  ])
  await expect(page.getByRole('heading', { name: 'Connecting to home-server' })).toBeVisible()
})

test('a stopped gateway on this computer is started first', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('gateways.add', () => {
    core.patch({
      gateways: [thisComputer],
      connections: { g3: readyConnection('g3') },
      selectedGatewayId: 'g3',
    })
    return thisComputer
  })
  core.setConversation({ ...core.conversation('g1', 'agent:main:main'), gatewayId: 'g3' })
  await page.getByRole('button', { name: 'On this computer' }).click()
  await page.getByRole('button', { name: 'Start it and connect' }).click()
  await expect(page.getByLabel('Message', { exact: true })).toBeVisible()
  const names = core.calls.map(({ name }) => name)
  expect(names.indexOf('local.start')).toBeGreaterThan(-1)
  expect(names.indexOf('local.start')).toBeLessThan(names.indexOf('gateways.add'))
})

test('what cannot be right is said before anything is tried', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  await page.getByRole('button', { name: 'At an address' }).click()
  await page.getByLabel('Address').fill('http://gateway')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText('An address begins with ws:// or wss://.')
  expect(core.inputs('gateways.add')).toEqual([])
})

test('a failure on arrival names the way on; a changed identity stops it', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('gateways.add', () => {
    const error = appError('ssh.sign-in-failed', { user: 'ada', host: 'home-server' })
    core.patch({
      gateways: [homeServer],
      connections: { g1: blockedConnection('g1', error, 'ssh') },
      selectedGatewayId: 'g1',
    })
    return homeServer
  })
  await page.getByRole('button', { name: 'On another computer, over SSH' }).click()
  await page.getByLabel('Computer', { exact: true }).fill('ada@home-server')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('button', { name: 'Check its settings' }).click()
  await page.getByLabel('Computer', { exact: true }).fill('ada@home-server:2222')
  core.on('gateways.edit', () => homeServer)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: 'Connecting to home-server' })).toBeVisible()
  core.patch({ connections: { g1: blockedConnection('g1', changedHostKey(), 'ssh') } })
  await expect(page.getByRole('heading', { name: 'The identity of home-server changed' })).toBeVisible()
})

test('a demo that cannot start says why', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('app.start-demo', () => {
    throw new AppFailure(appError('internal'))
  })
  await page.getByRole('button', { name: 'Just show me' }).click()
  await expect(page.getByText('Something went wrong inside Hawser.')).toBeVisible()
})
