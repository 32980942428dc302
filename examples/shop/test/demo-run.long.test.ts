import type { Advice } from 'homeostat'
import { startPostgres, startRedis } from '@homeostat/services'
import { expect, it } from 'vitest'
import { DemoRun } from '../src/demo/demo-run.ts'
import { Operator } from '../src/demo/operator.ts'
import { Screen } from '../src/demo/screen.ts'
import { Story } from '../src/demo/story.ts'
import { Timeline } from '../src/demo/timeline.ts'
import { Visitors } from '../src/load/visitors.ts'
import { advised, firing, quiet } from './ledger-entry.ts'

/** Nobody listens there. */
const url = 'http://127.0.0.1:1'

/** Runs the steps of people in a shop whose Redis is gone and whose database has no tables, with this advice. */
async function runWith(statement: string): Promise<{ readonly text: string; readonly missing: readonly string[] }> {
  await using stack = new AsyncDisposableStack()
  const [postgres, redis] = await Promise.all([
    startPostgres({ database: 'shop' }),
    startRedis({ from: ['path', 'debian-packages'] }),
  ])
  stack.use(postgres)
  const operator = stack.use(new Operator(postgres.url, redis.url, 'shop-test:'))
  await redis.stop()
  const story = new Story()
  const advice: Advice = { what: 'create an index', why: 'it is slow', statement }
  story.read({
    ...quiet,
    firings: [{ ...firing, alert: 'SlowQueries', labels: {} }],
    advised: [{ ...advised, advice: [advice] }],
  })
  let text = ''
  const timeline = new Timeline(new Screen({ write: part => (text += part) }, {}))
  const visitors = stack.use(new Visitors(url))
  const shop = {
    url,
    ended: new Promise<string>(() => undefined),
    kill: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const run = new DemoRun({
    lanes: [{ lane: 'homeostat', operator, shop, visitors }],
    story,
    timeline,
    troubles: [{ atMs: 0, what: 'an operator emptied the cache', streams: [], step: 'emptyProductCache' }],
    readingMs: 0,
  })
  // Its only visit is the end of the load.
  const over = new AbortController()
  const visits = [{ dueMs: 600_000, kind: 'front', first: 0, second: 0 }] as const
  const load = run.load(visits, 600_000, over.signal)
  await expect.poll(() => text.match(/ failed /g), { timeout: 30_000 }).toHaveLength(2)
  over.abort()
  expect((await load).begun).toBe(0)
  return { text, missing: [...run.missing, ...story.missing] }
}

it('goes on when steps of people fail, and reports each of them as missing', async () => {
  const { text, missing } = await runWith('CREATE INDEX i ON orders (customer_id)')
  expect(text).toMatch(/failed +an operator could not empty the product cache: /)
  expect(text).toMatch(/failed +a person could not follow the advice: relation "orders"/)
  expect(text).not.toMatch(/a person, not Homeostat, followed|an operator emptied/)
  expect(missing).toContainEqual(
    expect.stringMatching(/^expected an operator to empty the product cache, and that failed: \S/),
  )
  expect(missing).toContain(
    'expected a person to follow the advice of query.optimize for SlowQueries, and that did not happen: relation "orders" does not exist',
  )
})

it('follows nothing but an index, and reports that as missing', async () => {
  const { missing } = await runWith('DROP TABLE orders')
  expect(missing).toContainEqual(
    expect.stringContaining('that did not happen: it does not create an index: DROP TABLE orders'),
  )
})
