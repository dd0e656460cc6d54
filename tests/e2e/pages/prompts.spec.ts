import { appError, AppFailure } from '../../../shared/result.ts'
import { expect, expectAccessible, test } from './pages-test.ts'
import { allPrompts, connectingConnection, prompt, snapshot } from './samples.ts'

const asking = (kind: Parameters<typeof prompt>[0]) =>
  snapshot({
    prompts: [prompt(kind)],
    connections: { ...snapshot().connections, g1: connectingConnection('g1') },
  })

for (const question of allPrompts) {
  test(`${question.kind}: says for whom, is accessible, and Esc means not now`, async ({ page, open }) => {
    const { core } = await open(asking(question.kind))
    const dialog = page.getByRole('dialog')
    await expect(dialog).toBeVisible()
    await expect(dialog.getByText('For home-server', { exact: true })).toBeVisible()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
    expect(core.inputs('prompts.dismiss')).toEqual([{ promptId: question.id }])
    expect(core.inputs('prompts.answer')).toEqual([])
  })
}

test('host key: the safe answer has the focus; yes repeats the fingerprint', async ({ page, open }) => {
  const { core } = await open(asking('host-key'))
  await expect(page.getByRole('button', { name: 'Not now' })).toBeFocused()
  await expect(page.getByText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).toBeVisible()
  await expect(page.getByText(prompt('host-key').line)).toBeHidden()
  await page.getByRole('checkbox', { name: '/home/ada/.ssh/known_hosts' }).check()
  await expect(page.getByText(prompt('host-key').line)).toBeVisible()
  await page.getByRole('button', { name: 'They are the same: connect' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(core.inputs('prompts.answer')).toEqual([
    {
      promptId: 'p-host-key',
      answer: { kind: 'host-key', fingerprint: prompt('host-key').fingerprint, addToUserFile: true },
    },
  ])
})

const secrets = [
  ['passphrase', 'Passphrase', { kind: 'passphrase', remember: true }],
  ['gateway-secret', 'Token', { kind: 'gateway-secret', remember: true }],
] as const
for (const [kind, label, answer] of secrets) {
  test(`${kind}: kept only if the box is ticked`, async ({ page, open }) => {
    const { core } = await open(asking(kind))
    const box = page.getByRole('checkbox', { name: 'Keep it in the Secret Service' })
    await expect(box).not.toBeChecked()
    await box.check()
    await page.getByLabel(label, { exact: true }).fill('hunter2-secret')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    expect(core.inputs('prompts.answer')).toEqual([
      { promptId: prompt(kind).id, answer: { ...answer, secret: 'hunter2-secret' } },
    ])
  })
}

test('password: without a keychain it says so and offers no box', async ({ page, open }) => {
  await open(asking('ssh-password'))
  await expect(page.getByText('Kept for this run only')).toBeVisible()
  await expect(page.getByRole('checkbox')).toHaveCount(0)
  await expect(page.getByText('The server did not accept that password')).toBeVisible()
})

test('code: the server’s words and fields', async ({ page, open }) => {
  const { core } = await open(asking('ssh-code'))
  await expect(page.getByText('Open your authenticator.')).toBeVisible()
  await page.getByLabel('Verification code', { exact: true }).fill('123456')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(core.inputs('prompts.answer')[0]?.answer).toEqual({ kind: 'ssh-code', responses: ['123456'] })
})

test('pairing and scope are answered with one click', async ({ page, open }) => {
  const { core } = await open(snapshot({ prompts: [prompt('pairing'), prompt('scope')] }))
  await expect(page.getByText('One more question after this')).toBeVisible()
  await expect(page.getByText('openclaw devices approve 8b0f7c3a')).toBeVisible()
  await page.getByRole('button', { name: 'I approved it: try again' }).click()
  await page.getByRole('button', { name: 'Ask for it' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(core.inputs('prompts.answer').map(({ answer }) => answer)).toEqual([
    { kind: 'pairing', retry: true },
    { kind: 'scope', allow: true },
  ])
})

test('a question answered elsewhere closes here', async ({ page, open }) => {
  const { core } = await open(asking('passphrase'))
  await expect(page.getByRole('dialog')).toBeVisible()
  core.patch({ prompts: [] })
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(core.inputs('prompts.dismiss')).toEqual([])
})

test('an answer that is refused keeps the question and says why', async ({ page, open }) => {
  const { core } = await open(asking('passphrase'))
  core.on('prompts.answer', () => {
    throw new AppFailure(appError('secrets.locked'))
  })
  await page.getByLabel('Passphrase', { exact: true }).fill('x')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog').getByText('The keychain of this computer is locked.')).toBeVisible()
})

test('an empty secret is not sent', async ({ page, open }) => {
  const { core } = await open(asking('gateway-secret'))
  await expect(page.getByLabel('Token', { exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toHaveText('Enter something first.')
  expect(core.inputs('prompts.answer')).toEqual([])
})

test('secrets are gone from the DOM, the storage and the stores after they are sent', async ({
  page,
  open,
}) => {
  const secret = 'sesame-4711-never-to-be-seen'
  const { core } = await open(asking('gateway-secret'))
  // The question stays open, as it does while the core checks it: what was typed must be gone all the same.
  core.on('prompts.answer', () => ({}))
  await page.getByLabel('Token', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Show what I type' }).click()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.poll(() => core.inputs('prompts.answer').length).toBe(1)
  core.on('gateways.set-secret', () => ({}))
  core.patch({ prompts: [] })
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Edit' }).first().click()
  await page.getByLabel('Token', { exact: true }).last().fill(secret)
  await page.getByRole('button', { name: 'Store it' }).click()
  await expect(page.getByText('Stored.', { exact: true })).toBeVisible()
  expect(core.inputs('gateways.set-secret')).toEqual([{ gatewayId: 'g1', kind: 'gateway-token', secret }])

  const found = await page.evaluate((needle) => {
    const places: string[] = []
    const html = document.documentElement.outerHTML
    if (html.includes(needle)) places.push('markup')
    for (const input of document.querySelectorAll('input, textarea')) {
      const { value, defaultValue } = input as HTMLInputElement
      if (value.includes(needle) || defaultValue.includes(needle)) places.push('input')
    }
    for (const storage of [sessionStorage, localStorage]) {
      if (JSON.stringify(Object.entries(storage)).includes(needle)) places.push('storage')
    }
    // Everything React holds hangs off the root: walk it.
    const root = document.querySelector('#root')
    const seen = new Set<unknown>()
    const queue: unknown[] = Object.values(root ?? {})
    while (queue.length > 0) {
      const value = queue.pop()
      if (typeof value === 'string' && value.includes(needle)) places.push('stores')
      if (typeof value !== 'object' || value === null || seen.has(value) || value instanceof Window) continue
      seen.add(value)
      if (value instanceof Map || value instanceof Set) queue.push(...value)
      if (value instanceof Node) {
        queue.push(...Object.entries(value).flatMap(([key, own]) => (key.startsWith('__react') ? [own] : [])))
        queue.push(...value.childNodes)
        continue
      }
      for (const key of Object.keys(value)) {
        try {
          queue.push((value as Record<string, unknown>)[key])
        } catch {
          // A getter that throws holds no secret of ours.
        }
      }
    }
    return { places, walked: seen.size }
  }, secret)
  expect(found.places).toEqual([])
  expect(found.walked).toBeGreaterThan(1_000)
})
