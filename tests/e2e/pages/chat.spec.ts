import type { ChatRun, OutboxEntry } from '../../../shared/model/chat.ts'
import { appError, AppFailure } from '../../../shared/result.ts'
import { expect, test } from './pages-test.ts'
import { agentRow, conversation, mainKey, snapshot, userRow, waitingConnection } from './samples.ts'

const run = (change: Partial<ChatRun> = {}): ChatRun => ({
  runId: 'r1',
  startedAt: Date.now(),
  activity: '',
  text: '',
  messageKey: null,
  ...change,
})
const entry = (state: OutboxEntry['state'], change: Partial<OutboxEntry> = {}): OutboxEntry => ({
  key: `key-${state}`,
  gatewayId: 'g1',
  sessionKey: mainKey,
  text: `a message that is ${state}`,
  createdAt: Date.now(),
  state,
  error: null,
  ...change,
})
const down = () => snapshot({ connections: { ...snapshot().connections, g1: waitingConnection('g1') } })

test('a long answer streams without a long frame and without losing a word', async ({ page, open }) => {
  const { core } = await open(snapshot(), conversation({ rows: [userRow('u1', 'Tell me all')] }))
  await expect(page.getByText('Tell me all')).toBeVisible()
  await page.evaluate(() => {
    const log = { frames: 0, longest: 0, updates: 0, last: performance.now() }
    Object.assign(window, { log })
    const tick = (now: number): void => {
      log.longest = Math.max(log.longest, now - log.last)
      log.last = now
      log.frames += 1
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    const area = document.querySelector('section[aria-label=Conversation]')
    new MutationObserver(() => {
      log.updates += 1
    }).observe(area!, { subtree: true, childList: true, characterData: true })
  })
  core.change('g1', mainKey, [{ op: 'run', run: run() }])
  let whole = ''
  let word = 0
  while (whole.length < 100_000) {
    let piece = ''
    for (let count = 0; count < 12; count += 1) {
      piece += `w${word} `
      word += 1
      if (word % 60 === 0) piece += '\n\n'
    }
    whole += piece
    core.change('g1', mainKey, [{ op: 'run-text', runId: 'r1', append: piece }])
    if (word % 240 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const last = `w${word - 1}`
  await expect(page.getByText(last, { exact: false })).toBeVisible()
  const article = page.locator('article[aria-busy=true]')
  await page.evaluate(() => {
    document.querySelector('article[aria-busy=true] p')?.setAttribute('data-kept', 'yes')
  })
  core.change(
    'g1',
    mainKey,
    [
      { op: 'rows-upsert', rows: [agentRow('a1', whole, { runId: 'r1' })] },
      { op: 'run-end', end: { runId: 'r1', state: 'final', error: null, at: Date.now() } },
    ],
    { rows: [userRow('u1', 'Tell me all'), agentRow('a1', whole, { runId: 'r1' })], runs: [] },
  )
  await expect(article).toHaveCount(0)
  // The answer that streamed was kept as it stood: nothing was drawn anew when its row took over.
  await expect(page.locator('[data-kept]')).toHaveCount(1)
  const words = await page.locator('article').last().innerText()
  const shown = words.match(/w\d+/g) ?? []
  expect(shown).toEqual(Array.from({ length: word }, (_, index) => `w${index}`))
  const log = await page.evaluate(() => (window as unknown as { log: Record<string, number> }).log)
  test.info().annotations.push({ type: 'measured', description: JSON.stringify(log) })
})

test('what the agent does is said while it works, and it can be stopped', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  core.change('g1', mainKey, [{ op: 'run', run: run({ activity: 'running exec' }) }])
  await expect(page.getByText('running exec')).toBeVisible()
  await page.getByRole('button', { name: 'Stop the answer' }).click()
  await expect.poll(() => core.inputs('chat.abort')).toEqual([{ gatewayId: 'g1', sessionKey: mainKey }])
  core.change('g1', mainKey, [
    { op: 'run-end', end: { runId: 'r1', state: 'aborted', error: null, at: Date.now() } },
  ])
  await expect(page.getByText('The answer was stopped.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Stop the answer' })).toHaveCount(0)
})

test('a failed run says why', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await expect(page.getByText('Done: I will remind you')).toBeVisible()
  const error = appError('agent.failed', { reason: 'the model answered 429' })
  core.change('g1', mainKey, [{ op: 'run-end', end: { runId: 'r0', state: 'error', error, at: Date.now() } }])
  await expect(page.getByText('the model answered 429')).toBeVisible()
})

test('Enter sends once, Shift+Enter makes a line; the other setting turns it round', async ({
  page,
  open,
}) => {
  const { core } = await open(snapshot())
  const field = page.getByLabel('Message', { exact: true })
  await field.fill('first')
  await field.press('Shift+Enter')
  await field.pressSequentially('second')
  await field.press('Enter')
  await expect(field).toHaveValue('')
  expect(core.inputs('chat.send')).toMatchObject([
    { gatewayId: 'g1', sessionKey: null, text: 'first\nsecond' },
  ])
  core.patch({ preferences: { ...core.snapshot.preferences, sendWith: 'mod-enter' } })
  await expect(page.getByText('Ctrl↵ sends')).toBeVisible()
  await field.fill('third')
  await field.press('Enter')
  await expect(field).toHaveValue('third\n')
  await field.press('Control+Enter')
  await expect(field).toHaveValue('')
  expect(core.inputs('chat.send')).toHaveLength(2)
})

test('a message that is not taken comes back, and goes again under the same key', async ({ page, open }) => {
  const { core } = await open(snapshot())
  core.on('chat.send', () => {
    throw new AppFailure(appError('rpc.too-large'))
  })
  const field = page.getByLabel('Message', { exact: true })
  await field.fill('precious words')
  await field.press('Enter')
  await expect(page.getByText('This message is larger than the gateway accepts.')).toBeVisible()
  await expect(field).toHaveValue('precious words')
  core.on('chat.send', () => ({}))
  await field.press('Enter')
  await expect(field).toHaveValue('')
  const keys = core.inputs('chat.send').map(({ key }) => key)
  expect(keys).toHaveLength(2)
  expect(keys[0]).toBe(keys[1])
})

test('while the link is down a message can be written, and says that it waits', async ({ page, open }) => {
  const { core } = await open(down())
  await expect(page.getByText('your message waits in the outbox')).toBeVisible()
  await page.getByLabel('Message', { exact: true }).fill('for later')
  await page.getByRole('button', { name: 'Send when connected' }).click()
  await expect.poll(() => core.inputs('chat.send').length).toBe(1)
  core.change('g1', mainKey, [{ op: 'outbox', outbox: [entry('waiting', { text: 'for later' })] }])
  await expect(page.getByText('for later', { exact: true })).toBeVisible()
  await expect(page.locator('[data-outbox=waiting]')).toContainText('Waiting for the link')
  await page.getByRole('button', { name: 'Take back' }).click()
  await expect.poll(() => core.inputs('chat.discard')).toEqual([{ gatewayId: 'g1', key: 'key-waiting' }])
})

test('each state of the outbox says where the message is and what can be done', async ({ page, open }) => {
  const outbox = [
    entry('accepted'),
    entry('sending'),
    entry('uncertain'),
    entry('failed', { error: appError('rpc.failed', { reason: 'the session is archived' }) }),
  ]
  const { core } = await open(snapshot(), conversation({ outbox }))
  const foot = (state: string) => page.locator(`[data-outbox=${state}]`)
  await expect(foot('accepted')).toContainText('Arrived at the gateway')
  await expect(foot('sending')).toContainText('Sending…')
  await expect(foot('accepted').getByRole('button')).toHaveCount(0)
  await expect(foot('uncertain')).toContainText('May have arrived')
  await foot('uncertain').getByRole('button', { name: 'Send again' }).click()
  await expect(foot('failed')).toContainText('the session is archived')
  await foot('failed').getByRole('button', { name: 'Try again' }).click()
  await foot('failed').getByRole('button', { name: 'Drop' }).click()
  await expect.poll(() => core.inputs('chat.discard')).toEqual([{ gatewayId: 'g1', key: 'key-failed' }])
  expect(core.inputs('chat.resend').map(({ key }) => key)).toEqual(['key-uncertain', 'key-failed'])
  core.change('g1', mainKey, [
    {
      op: 'rows-upsert',
      rows: [userRow('u9', 'a message that is accepted', { messageKey: 'key-accepted' })],
    },
  ])
  await expect(foot('accepted')).toHaveCount(0)
  await expect(page.getByText('a message that is accepted')).toHaveCount(1)
})

test('tools and thinking are folded to a line; results join their call', async ({ page, open }) => {
  await open(snapshot())
  const card = page.locator('details').filter({ hasText: 'exec' })
  await expect(card).toContainText('curl -s https://timetable.example')
  await expect(card).toContainText('done')
  await expect(page.getByText('"trains": 14')).toBeHidden()
  await card.locator('summary').click()
  await expect(page.getByText('"trains": 14')).toBeVisible()
  await expect(page.locator('details').filter({ hasText: 'notes/travel.md' })).toContainText('failed')
  await expect(page.getByText('I will look at trains first')).toBeHidden()
})

test('links go through the core only, images are not loaded, markup stays text', async ({ page, open }) => {
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  const hostile = [
    '[fine](https://example.com/a) [bad](javascript:alert(1)) [file](file:///etc/passwd)',
    '![a cat](https://tracker.example/cat.png)',
    '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>',
  ].join('\n\n')
  const { core } = await open(snapshot(), conversation({ rows: [agentRow('a1', hostile)] }))
  await page.getByRole('link', { name: 'fine' }).click()
  await expect.poll(() => core.inputs('app.open-link')).toEqual([{ url: 'https://example.com/a' }])
  await expect(page.getByRole('link')).toHaveCount(2)
  await expect(page.getByText('Image, not loaded: a cat')).toBeVisible()
  await expect(page.getByText('onerror=')).toBeVisible()
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(requests.filter((url) => !url.startsWith('http://127.0.0.1:'))).toEqual([])
})

test('it follows the newest message only while one is at the end', async ({ page, open }) => {
  const rows = Array.from({ length: 40 }, (_, index) => agentRow(`a${index}`, `message number ${index}`))
  const { core } = await open(snapshot(), conversation({ rows }))
  await expect(page.getByText('message number 39')).toBeInViewport()
  core.change('g1', mainKey, [{ op: 'rows-upsert', rows: [agentRow('n1', 'the newest one')] }])
  await expect(page.getByText('the newest one')).toBeInViewport()

  const area = page.getByRole('region', { name: 'Conversation' })
  await area.evaluate((element) => element.scrollTo(0, 200))
  await expect(page.getByRole('button', { name: 'Go to the newest message' })).toBeVisible()
  const before = await area.evaluate((element) => element.scrollTop)
  core.change('g1', mainKey, [{ op: 'rows-upsert', rows: [agentRow('n2', 'another one')] }])
  await page.getByRole('button', { name: 'New messages', exact: true }).click({ trial: true })
  expect(await area.evaluate((element) => element.scrollTop)).toBe(before)
  await page.getByRole('button', { name: 'New messages', exact: true }).click()
  await expect(page.getByText('another one')).toBeInViewport()
})

test('scrolling up fetches older rows and keeps the place', async ({ page, open }) => {
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) =>
      agentRow(`a${from + index}`, `message number ${from + index}`),
    )
  const { core } = await open(snapshot(), conversation({ rows: rows(100, 160), hasMore: true }))
  core.on('chat.older', () => {
    const first = Number(core.conversation('g1', mainKey).rows[0]?.id.slice(1))
    const older = rows(first - 50, first)
    const hasMore = first - 50 > 0
    const all = [...older, ...core.conversation('g1', mainKey).rows]
    core.change('g1', mainKey, [{ op: 'rows-before', rows: older, hasMore }], { rows: all, hasMore })
    return {}
  })
  const area = page.getByRole('region', { name: 'Conversation' })
  await expect(page.getByText('message number 159')).toBeInViewport()
  await area.evaluate((element) => element.scrollTo(0, 0))
  await expect(page.getByText('message number 99', { exact: true })).toBeAttached()
  await expect(page.getByText('message number 50', { exact: true })).not.toBeInViewport()
  await area.evaluate((element) => element.scrollTo(0, 0))
  await expect(page.getByText('message number 0', { exact: true })).toBeAttached()
  await expect(page.getByText('The beginning of this conversation')).toBeAttached()
})

test('ten thousand messages open quickly', async ({ page, open }) => {
  const rows = Array.from({ length: 10_000 }, (_, index) =>
    index % 2 === 0
      ? userRow(`m${index}`, `question number ${index}`)
      : agentRow(`m${index}`, `answer number ${index} with *some* words in it`),
  )
  await open(snapshot({ selectedGatewayId: 'g1' }), conversation({ rows }))
  await expect(page.getByText('answer number 9999')).toBeInViewport()
  const heap = await page.evaluate(
    () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
  )
  test.info().annotations.push({ type: 'measured', description: `heap ${Math.round(heap / 1e6)} MB` })
  expect(await page.locator('article').count()).toBeLessThan(200)
})

test('drafts stay with their conversation, across a reload too', async ({ page, open }) => {
  await open(snapshot())
  const field = page.getByLabel('Message', { exact: true })
  await field.fill('half a thought')
  await page.getByRole('button', { name: /Inbox rules/ }).click()
  await expect(field).toHaveValue('')
  await page.getByRole('button', { name: 'Plan the trip' }).click()
  await expect(field).toHaveValue('half a thought')
  await page.reload()
  await expect(field).toHaveValue('half a thought')
})

test('starting a conversation anew asks first', async ({ page, open }) => {
  const { core } = await open(snapshot())
  await page.getByRole('button', { name: 'Actions for this conversation' }).click()
  await page.getByRole('button', { name: 'Start anew (reset)' }).click()
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  expect(core.inputs('chat.reset')).toEqual([])
  await page.getByRole('button', { name: 'Actions for this conversation' }).click()
  await page.getByRole('button', { name: 'Start anew (reset)' }).click()
  await page.getByRole('button', { name: 'Start anew', exact: true }).click()
  await expect.poll(() => core.inputs('chat.reset')).toEqual([{ gatewayId: 'g1', sessionKey: mainKey }])
})
