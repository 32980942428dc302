import type { Response, RuleSource } from '@homeostat/optimizer'
import { expect, test, vi } from 'vitest'
import { News } from '../page/state/news.ts'
import { openConsole } from '../src/index.ts'
import { shownShop } from './shown-shop.ts'
import { openStream } from './stream.ts'

/** It fires from the first tick on, and nothing is ever done about it. */
const standing: RuleSource = { alert: 'Standing', expr: 'vector(1) > 0', annotations: { summary: 'it stands' } }
const refused: Response = { to: { alert: 'Standing' }, action: 'cache.warm', priority: 'efficiency' }
/** The ledger keeps the details of the last 60 ticks. */
const VISITS = [10, 100, 150, 200]

const shown = ({ items }: News): string[] => items.map(({ entry, tag }) => `${entry} ${tag}`)

test('a page that comes back gets nothing twice, and one that comes late gets what the others have', async () => {
  await using shop = await shownShop({
    mode: 'shadow',
    runtime: false,
    forecast: false,
    rules: [standing],
    responses: [refused],
  })
  await using page = await openConsole(shop.h, { port: 0 })
  const returning = new News()
  let tick = 0
  for (const visit of VISITS) {
    for (; tick < visit; tick++) await shop.tick()
    const late = new News()
    {
      await using stream = await openStream(page.address)
      const news = await stream.next('news')
      returning.add(news)
      late.add(news)
    }
    await vi.waitFor(() => expect(page.isFollowing).toBe(false))
    expect(shown(late)).toEqual(['1 firing', '1 mode'])
    expect(shown(returning)).toEqual(shown(late))
  }
  expect(returning.items[0]).toMatchObject({ entry: 1, text: 'Standing fires: it stands' })
})
