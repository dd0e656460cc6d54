import type { Page } from '@playwright/test'
import type { Snapshot } from '../../../shared/model/snapshot.ts'
import { appError } from '../../../shared/result.ts'
import { expect, expectAccessible, test } from './pages-test.ts'
import {
  blockedConnection,
  changedHostKey,
  connectingConnection,
  conversation,
  emptySnapshot,
  homeServer,
  snapshot,
  waitingConnection,
} from './samples.ts'

const g1 = (connection: Snapshot['connections'][string]) =>
  snapshot({ connections: { ...snapshot().connections, g1: connection } })
const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()

const screens: Readonly<
  Record<string, { state: Snapshot; act?: (page: Page) => Promise<unknown>; sign: string }>
> = {
  chat: { state: snapshot(), sign: 'Done: I will remind you' },
  'the stages': { state: snapshot(), act: click(/^Link:/), sign: 'Open its dashboard' },
  'a link that waits': { state: g1(waitingConnection('g1')), act: click(/^Link:/), sign: 'Try now' },
  'a link that is blocked': {
    state: g1(blockedConnection('g1', appError('auth.token-wrong'), 'auth')),
    sign: 'Enter the token',
  },
  'a changed identity': {
    state: g1(blockedConnection('g1', changedHostKey(), 'ssh')),
    sign: 'Leave it disconnected',
  },
  status: { state: snapshot(), act: click('Status'), sign: 'Who is connected to it' },
  settings: { state: snapshot(), act: click('Settings'), sign: 'Data folder' },
  'a gateway’s form': {
    state: snapshot(),
    act: async (page) => {
      await click('Settings')(page)
      await click('Edit')(page)
      await page.getByText('More settings').click()
    },
    sign: 'How Hawser speaks SSH',
  },
  'first run': { state: emptySnapshot(), sign: 'Where does your agent run?' },
  'which computer': {
    state: emptySnapshot(),
    act: click('On another computer, over SSH'),
    sign: 'Which computer?',
  },
  'a demo with a notice': {
    state: snapshot({
      app: { ...snapshot().app, demo: true },
      notices: [{ id: 'n', tone: 'warning', text: 'Something to know.', at: Date.now() }],
    }),
    sign: 'Something to know.',
  },
}

for (const [name, screen] of Object.entries(screens)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${name}, ${colorScheme}: no violation`, async ({ page, open }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await open(screen.state)
      await screen.act?.(page)
      await expect(page.getByText(screen.sign).first()).toBeVisible()
      await expectAccessible(page)
    })
  }
}

for (const [width, zoom] of [
  [480, 1],
  [640, 2],
  [1600, 1],
] as const) {
  test(`nothing is cut off at ${width} px${zoom > 1 ? `, ${zoom * 100} % zoom` : ''}`, async ({
    page,
    open,
  }) => {
    // A zoom of 200 % halves the room and doubles every pixel.
    await page.setViewportSize({ width: width / zoom, height: 700 / zoom })
    const { core } = await open(snapshot())
    await expect(page.getByText('Done: I will remind you')).toBeVisible()
    const places = ['chat', 'status', 'settings'] as const
    for (const place of places) {
      core.send({ name: 'app.show', payload: { page: place, gatewayId: null } })
      await expect(page.locator('main')).toBeVisible()
      const wide = await page.evaluate(() => {
        const room = document.documentElement.clientWidth
        const scrolls = (element: Element | null): boolean =>
          element !== null &&
          (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
        return [...document.querySelectorAll('main *')]
          .filter(
            (element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element.parentElement),
          )
          .map((element) => element.outerHTML.slice(0, 120))
      })
      expect(wide, place).toEqual([])
    }
  })
}

test('in a narrow window the sidebar is a drawer that opens and closes by keyboard', async ({
  page,
  open,
}) => {
  await page.setViewportSize({ width: 480, height: 700 })
  await open(snapshot())
  const button = page.getByRole('button', { name: 'Show gateways and conversations' })
  await expect(page.getByRole('navigation', { name: 'Gateways' })).toHaveCount(0)
  await button.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('navigation', { name: 'Gateways' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('navigation', { name: 'Gateways' })).toHaveCount(0)
  await expect(button).toBeFocused()
})

test('from the first start to a sent message by keyboard alone', async ({ page, open }) => {
  const { core } = await open(emptySnapshot())
  core.on('gateways.add', () => {
    core.patch({
      gateways: [homeServer],
      connections: { g1: connectingConnection('g1') },
      selectedGatewayId: 'g1',
    })
    return homeServer
  })
  await expect(page.getByText('Where does your agent run?')).toBeVisible()
  await tabTo(page, 'On another computer, over SSH')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Computer', { exact: true })).toBeFocused()
  await page.keyboard.type('ada@home-server')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Connecting to home-server' })).toBeFocused()
  core.patch({ connections: snapshot().connections })
  await expect(page.getByLabel('Message', { exact: true })).toBeFocused()
  await page.keyboard.type('hello')
  await page.keyboard.press('Enter')
  await expect.poll(() => core.inputs('chat.send').map(({ text }) => text)).toEqual(['hello'])
  await page.keyboard.press('Control+,')
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
})

/** Presses Tab until the element with that name has the focus; every stop on the way must be visible. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    await expect(focused).toBeVisible()
    if ((await focused.textContent())?.startsWith(name) === true) return
  }
  throw new Error(`${name} cannot be reached by keyboard`)
}

test('high contrast keeps every state apart', async ({ page, open }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await open(snapshot(), conversation())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  const marks = page.getByRole('navigation', { name: 'Gateways' }).locator('[data-mark]')
  const shapes = await marks.evaluateAll((all) => all.map((mark) => mark.innerHTML))
  expect(new Set(shapes).size).toBe(3)
})
