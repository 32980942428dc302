import { afterEach, beforeEach, expect, test } from 'vitest'
import { openConsole, type Console } from '../src/index.ts'
import { newsKinds, type NewsItem } from '../src/wire/news-item.ts'
import { shownShop, type ShownShop } from './shown-shop.ts'
import { openStream } from './stream.ts'

let shop: ShownShop
let page: Console
beforeEach(async () => {
  shop = await shownShop()
  page = await openConsole(shop.h, { port: 0 })
})
afterEach(async () => {
  await page[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

async function explained({ about, entry }: Pick<NewsItem, 'about' | 'entry'>): Promise<{ line?: string; of?: string }> {
  const response = await fetch(`${page.address}/explain?id=${encodeURIComponent(about)}&entry=${entry}`)
  return (await response.json()) as { line?: string; of?: string }
}

test('every kind of row of the timeline is explained, also long after it came', async () => {
  for (let tick = 0; tick < 60; tick++) await shop.tick()
  shop.h.disable()
  await shop.tick()
  shop.h.enable()
  // Each row is then older than what an entry keeps in detail.
  for (let tick = 0; tick < 100; tick++) await shop.tick()
  await using stream = await openStream(page.address)
  const news = await stream.next('news')
  const kinds = new Set(news.map(({ kind }) => kind))
  // This shop reverts and proves nothing: those rows are about a trial, as runs are, or about what the tick explains.
  expect(newsKinds.filter(kind => !kinds.has(kind))).toEqual(['revert', 'proof'])
  for (const item of news) expect((await explained(item)).line, item.text).toMatch(/\S/)
  // A row about something that is forgotten is explained by its tick.
  const { entry } = news.find(({ kind }) => kind === 'mode')!
  expect(await explained({ about: '', entry })).toMatchObject({ of: String(entry) })
  expect(await explained({ about: 'gone', entry })).toMatchObject({ of: String(entry) })
})

test('the rule behind every chart and every alert is explained', async () => {
  for (let tick = 0; tick < 60; tick++) await shop.tick()
  await using stream = await openStream(page.address)
  const gauges = await stream.next('gauges')
  const names = [...gauges.map(({ name }) => name), ...shop.h.alerts().map(({ alert }) => alert)]
  expect(names.length).toBeGreaterThan(8)
  for (const about of names) expect((await explained({ about, entry: 0 })).line, about).toContain(about)
})
