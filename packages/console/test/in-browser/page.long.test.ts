import { expect, test, vi } from 'vitest'
import { findingsIn } from './axe-findings.ts'
import { viewedPage } from './viewed-page.ts'

const viewed = viewedPage()

test('it shows alerts, signals, trials, advice, knobs and the timeline, and asks nobody else', async () => {
  await viewed.shop.run(60)
  const tab = await viewed.look()
  await tab.locator('.signal canvas').first().waitFor()
  expect(await tab.title()).toBe('Homeostat')
  expect(await tab.locator('.brand-service').textContent()).toBe('shop')
  for (const part of [
    'Alerts now',
    'Signals',
    'Trials and verdicts',
    'Advice',
    'Knobs and budgets',
    'System',
    'Timeline',
  ])
    expect(await tab.getByRole('heading', { name: part, exact: true }).count(), part).toBe(1)
  expect(await tab.getByRole('img', { name: /^Cache hit ratio low: now \d+/ }).count()).toBe(1)
  expect(await tab.locator('.statement pre').textContent()).toContain('CREATE INDEX CONCURRENTLY')
  expect(await tab.locator('table').textContent()).toContain('worker.concurrency')
  expect(await tab.locator('#trials .row').count()).toBeGreaterThan(2)
  const before = await tab.locator('#timeline .panel-aside').textContent()
  await viewed.shop.run(40)
  await vi.waitFor(async () => expect(await tab.locator('#timeline .panel-aside').textContent()).not.toBe(before))
  expect(viewed.complaints).toEqual([])
})

test.each([
  ['dark', { colorScheme: 'dark' }],
  ['light', { colorScheme: 'light' }],
  ['telephone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
] as const)('axe finds nothing serious: %s', async (_, context) => {
  await viewed.shop.run(60)
  const tab = await viewed.look({}, context)
  await tab.locator('#signals').scrollIntoViewIfNeeded()
  await tab.locator('.signal canvas').first().waitFor()
  expect(await findingsIn(tab)).toEqual([])
  // Nothing is wider than the window.
  expect(await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await tab.locator('.timeline button.entry').first().click()
  await tab.locator('.drawer-line').waitFor()
  expect(await findingsIn(tab)).toEqual([])
})

test('a forecast is drawn from now to its horizon, and read aloud', async () => {
  const { h } = viewed.shop
  const forecast = {
    target: 'cpu',
    expr: 'max(shop_cpu_utilization)',
    unit: 'ratio',
    threshold: 0.9,
    peak: { from: 0.42, median: 0.55, high: 0.85 },
    probability: 0.62,
    limit: 0.7,
    horizonMs: 900_000,
    explanation: 'it rises by 4 points per minute',
    mayAct: false,
  }
  let isKnown = false
  const tab = await viewed.look(
    {},
    {},
    '',
    Object.assign(Object.create(h) as typeof h, {
      optimizer: h.optimizer,
      report: () => ({ ...h.report(), forecasts: isKnown ? [forecast] : [] }),
      explain: (id: string) => h.explain(id),
    }),
  )
  await viewed.shop.run(10)
  // As after its first ten minutes.
  isKnown = true
  await viewed.shop.run(10)
  const card = tab.locator('.signal', { hasText: 'forecast' })
  await card.locator('canvas').waitFor()
  expect(await card.textContent()).toMatch(
    /62 % likely to reach the limit within 15 min, half of the times no higher than 55 %, nine of ten no higher than 85 %, not proven yet/,
  )
  expect(await card.getByRole('img').getAttribute('aria-label')).toMatch(/^Cpu: now \d.* %, limit >= 90 %$/)
  expect(viewed.complaints).toEqual([])
})

test('an empty process is explained part by part', async () => {
  const tab = await viewed.look()
  await tab.getByText('No alert fires or is pending').waitFor()
  for (const text of ['No value yet', 'No trial yet', 'No advice', 'Nothing has happened yet'])
    expect(await tab.getByText(text).count(), text).toBe(1)
  expect(await findingsIn(tab)).toEqual([])
})

test('everything can be reached by keyboard', async () => {
  await viewed.shop.run(60)
  const tab = await viewed.look()
  await tab.locator('.timeline button.entry').first().waitFor()
  await tab.keyboard.press('Tab')
  expect(await tab.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Skip to the content')
  await tab.locator('.timeline [tabindex="0"]').focus()
  const texts: (string | null)[] = []
  for (const key of ['ArrowDown', 'ArrowDown', 'PageDown', 'End', 'Home']) {
    await tab.keyboard.press(key)
    await tab.waitForTimeout(100)
    texts.push(
      await tab.evaluate(() => document.activeElement!.closest('[role=listitem]')!.getAttribute('aria-posinset')),
    )
  }
  const total = await tab.locator('.timeline [role=listitem]').first().getAttribute('aria-setsize')
  expect(texts.slice(0, 2)).toEqual(['2', '3'])
  expect(Number(texts[2])).toBeGreaterThan(5)
  expect(texts.slice(3)).toEqual([total, '1'])
  await tab.keyboard.press('Enter')
  await tab.locator('.drawer-line').waitFor()
  await tab.keyboard.press('Escape')
  await tab.locator('dialog.drawer').waitFor({ state: 'hidden' })
})

test('the kill switch asks, stops everything, and is released', async () => {
  const tab = await viewed.look()
  await tab.getByRole('button', { name: 'Stop actions' }).click()
  await tab.getByText('Stop all actions of this process?').waitFor()
  await tab.keyboard.press('Escape')
  expect(viewed.shop.h.mode).toBe('act')
  await tab.getByRole('button', { name: 'Stop actions' }).click()
  await tab.getByRole('button', { name: 'Stop all actions' }).click()
  await tab.getByText('All actions are stopped by the console.').waitFor()
  expect(viewed.shop.h.mode).toBe('off')
  expect(await findingsIn(tab)).toEqual([])
  await tab.getByRole('button', { name: 'Resume actions' }).click()
  await tab.getByRole('button', { name: 'Stop actions' }).waitFor()
  expect(viewed.shop.h.mode).toBe('act')
})

test('a switch that is held elsewhere cannot be released here, and a failure is shown where it can be seen', async () => {
  const tab = await viewed.look()
  viewed.shop.h.disable()
  await viewed.shop.tick()
  await tab.getByRole('button', { name: 'Resume actions' }).waitFor()
  await tab.route('**/resume', route => route.abort())
  await tab.getByRole('button', { name: 'Resume actions' }).click()
  await tab.getByText('It did not work: the process does not answer.').waitFor()
  const { killSwitch } = viewed.shop.h.optimizer
  using _file = killSwitch.add({ trippedBy: () => 'the file /run/stop' })
  await viewed.shop.tick()
  await tab.getByText('All actions are stopped by the file /run/stop. It is released where it was set.').waitFor()
  expect(await tab.getByRole('button', { name: 'Resume actions' }).isDisabled()).toBe(true)
  // Somebody without the page gets the reason as well.
  const headers = { 'x-homeostat-console': '1' }
  const refused = await fetch(`${viewed.page!.address}/resume`, { method: 'POST', headers })
  expect(refused.status).toBe(409)
  expect(await refused.json()).toEqual({
    error: 'actions are still stopped by the file /run/stop, which is released where it was set',
  })
})

test('the statement of advice is copied', async () => {
  await viewed.shop.run(60)
  const tab = await viewed.look({}, { permissions: ['clipboard-read', 'clipboard-write'] })
  await tab.getByRole('button', { name: 'Copy the statement' }).click()
  await tab.getByText('Copied').waitFor()
  expect(await tab.evaluate(() => navigator.clipboard.readText())).toContain('CREATE INDEX CONCURRENTLY')
})
