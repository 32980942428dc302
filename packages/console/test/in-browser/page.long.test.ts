import AxeBuilderSource from 'axe-core'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openConsole, type Console, type OpenConsoleOptions, type ShownHomeostat } from '@homeostat/console'
import { startBrowser, type TestBrowser } from '../browser.ts'
import { shownShop, type ShownShop } from '../shown-shop.ts'

let shop: ShownShop
let page: Console | undefined
let browser: TestBrowser | undefined
/** What the browser complains about, and requests to anywhere else. */
let complaints: string[]

beforeEach(async () => {
  shop = await shownShop()
  complaints = []
})
afterEach(async () => {
  await browser?.[Symbol.asyncDispose]()
  await page?.[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
  browser = page = undefined
})

/** Opens the console in a browser. */
async function look(
  options: OpenConsoleOptions = {},
  context: Parameters<typeof startBrowser>[0] = {},
  path = '',
  h: ShownHomeostat = shop.h,
): Promise<Page> {
  page = await openConsole(h, { port: 0, ...options })
  browser = await startBrowser(context)
  const tab = await browser.context.newPage()
  const { address } = page
  tab.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  tab.on('pageerror', error => complaints.push(error.message))
  tab.on('request', request => {
    if (!request.url().startsWith(address)) complaints.push(`asks ${request.url()}`)
  })
  await tab.goto(address + path)
  return tab
}

/** Serious and critical findings of axe, one line each. */
async function findingsIn(tab: Page): Promise<string[]> {
  // By the debugger, because the policy of the page allows no script but its own.
  await tab.evaluate(AxeBuilderSource.source)
  const { violations } = await tab.evaluate(() =>
    (window as unknown as { axe: typeof AxeBuilderSource }).axe.run(document, {
      resultTypes: ['violations'],
    }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`)
}

test('it shows alerts, signals, trials, advice, knobs and the timeline, and asks nobody else', async () => {
  await shop.run(60)
  const tab = await look()
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
  await shop.run(40)
  await vi.waitFor(async () => expect(await tab.locator('#timeline .panel-aside').textContent()).not.toBe(before))
  expect(complaints).toEqual([])
})

test.each([
  ['dark', { colorScheme: 'dark' }],
  ['light', { colorScheme: 'light' }],
  ['telephone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
] as const)('axe finds nothing serious: %s', async (_, context) => {
  await shop.run(60)
  const tab = await look({}, context)
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
  const { h } = shop
  const forecast = {
    target: 'cpu',
    expr: 'max(shop_cpu_utilization)',
    unit: 'ratio',
    threshold: 0.9,
    probability: 0.62,
    limit: 0.7,
    horizonMs: 900_000,
    explanation: 'it rises by 4 points per minute',
    mayAct: false,
  }
  let isKnown = false
  const tab = await look(
    {},
    {},
    '',
    Object.assign(Object.create(h) as typeof h, {
      optimizer: h.optimizer,
      report: () => ({ ...h.report(), forecasts: isKnown ? [forecast] : [] }),
      explain: (id: string) => h.explain(id),
    }),
  )
  await shop.run(10)
  // As after its first ten minutes.
  isKnown = true
  await shop.run(10)
  const card = tab.locator('.signal', { hasText: 'forecast' })
  await card.locator('canvas').waitFor()
  expect(await card.textContent()).toMatch(/62 % likely to reach the limit within 15 min, not proven yet/)
  expect(await card.getByRole('img').getAttribute('aria-label')).toMatch(/^Cpu: now \d.* %, limit >= 90 %$/)
  expect(complaints).toEqual([])
})

test('an empty process is explained part by part', async () => {
  const tab = await look()
  await tab.getByText('No alert fires or is pending').waitFor()
  for (const text of ['No value yet', 'No trial yet', 'No advice', 'Nothing has happened yet'])
    expect(await tab.getByText(text).count(), text).toBe(1)
  expect(await findingsIn(tab)).toEqual([])
})

test('everything can be reached by keyboard', async () => {
  await shop.run(60)
  const tab = await look()
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
  const tab = await look()
  await tab.getByRole('button', { name: 'Stop actions' }).click()
  await tab.getByText('Stop all actions of this process?').waitFor()
  await tab.keyboard.press('Escape')
  expect(shop.h.mode).toBe('act')
  await tab.getByRole('button', { name: 'Stop actions' }).click()
  await tab.getByRole('button', { name: 'Stop all actions' }).click()
  await tab.getByText('All actions are stopped by the console.').waitFor()
  expect(shop.h.mode).toBe('off')
  expect(await findingsIn(tab)).toEqual([])
  await tab.getByRole('button', { name: 'Resume actions' }).click()
  await tab.getByRole('button', { name: 'Stop actions' }).waitFor()
  expect(shop.h.mode).toBe('act')
})

test('the statement of advice is copied', async () => {
  await shop.run(60)
  const tab = await look({}, { permissions: ['clipboard-read', 'clipboard-write'] })
  await tab.getByRole('button', { name: 'Copy the statement' }).click()
  await tab.getByText('Copied').waitFor()
  expect(await tab.evaluate(() => navigator.clipboard.readText())).toContain('CREATE INDEX CONCURRENTLY')
})

test('a process that is gone is reported, and one that is back is shown', async () => {
  const tab = await look()
  await tab.getByText('Live', { exact: true }).waitFor()
  const port = Number(new URL(page!.address).port)
  await page![Symbol.asyncDispose]()
  await tab.getByText(/^Not connected$/).waitFor()
  await tab.getByRole('alert').waitFor()
  expect(await findingsIn(tab)).toEqual([])
  page = await openConsole(shop.h, { port })
  await tab.getByRole('button', { name: 'Try now' }).click()
  await tab.getByText('Live', { exact: true }).waitFor()
  expect(await tab.getByRole('alert').count()).toBe(0)
})

test('a page beyond the limit says why it has to wait', async () => {
  const tab = await look()
  await tab.getByText('Live', { exact: true }).waitFor()
  const others = await Promise.all(Array.from({ length: 7 }, () => fetch(`${page!.address}/events`)))
  const late = await browser!.context.newPage()
  await late.goto(page!.address)
  await late.getByText(/8 pages look at this process already/).waitFor()
  for (const other of others) await other.body!.cancel()
  await late.getByText('Live', { exact: true }).waitFor()
})

test('a tab that nobody sees lets go of the process, and comes back when it is seen', async () => {
  page = await openConsole(shop.h, { port: 0 })
  browser = await startBrowser()
  const tab = await browser.context.newPage()
  await tab.clock.install()
  await tab.goto(page.address)
  await tab.getByText('Live', { exact: true }).waitFor()
  const show = (isHidden: boolean): Promise<void> =>
    tab.evaluate(hidden => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  await show(true)
  await tab.clock.fastForward(31_000)
  await vi.waitFor(() => expect(page!.viewers).toBe(0))
  expect(page.isFollowing).toBe(false)
  await show(false)
  await vi.waitFor(() => expect(page!.viewers).toBe(1))
  await tab.getByText('Live', { exact: true }).waitFor()
})

test('a token is asked for, kept in the tab, and taken from the address', async () => {
  const token = 'a token of some length'
  const tab = await look({ token })
  await tab.getByLabel('Token').fill('a wrong token of some length')
  await tab.getByRole('button', { name: 'Open' }).click()
  await tab.getByLabel('Token').waitFor()
  expect(await findingsIn(tab)).toEqual([])
  await tab.getByLabel('Token').fill(token)
  await tab.getByRole('button', { name: 'Open' }).click()
  await tab.getByText('Live', { exact: true }).waitFor()
  await tab.reload()
  await tab.getByText('Live', { exact: true }).waitFor()

  const other = await browser!.context.newPage()
  await other.goto(`${page!.address}/#token=${encodeURIComponent(token)}`)
  await other.getByText('Live', { exact: true }).waitFor()
  expect(other.url()).toBe(`${page!.address}/`)
})

test('another page in the same browser gets nothing and changes nothing', async () => {
  const tab = await look()
  await tab.getByText('Live', { exact: true }).waitFor()
  const { address } = page!
  const stranger = await browser!.context.newPage()
  // The same machine, another port: another origin.
  const { createServer } = await import('node:http')
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<p>hello</p>'),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await stranger.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  const outcomes = await stranger.evaluate(async console => {
    const tried = [
      fetch(`${console}/explain?id=1`),
      fetch(`${console}/stop`, { method: 'POST', headers: { 'x-homeostat-console': '1' } }),
      fetch(`${console}/stop`, { method: 'POST', mode: 'no-cors' }),
      fetch(`${console}/events`, { mode: 'no-cors' }),
    ]
    return Promise.all(
      tried.map(each =>
        each.then(
          ({ type, status }) => `${type} ${status}`,
          () => 'refused',
        ),
      ),
    )
  }, address)
  expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused'])
  expect(shop.h.mode).toBe('act')
  expect(page!.viewers).toBe(1)
  const isFramed = await stranger.evaluate(async console => {
    const frame = document.createElement('iframe')
    frame.src = console
    document.body.append(frame)
    await new Promise(resolve => frame.addEventListener('load', resolve))
    try {
      return frame.contentDocument === null ? 'another origin' : 'refused'
    } catch {
      return 'refused'
    }
  }, address)
  expect(page!.viewers, isFramed).toBe(1)
  server.close()
})
