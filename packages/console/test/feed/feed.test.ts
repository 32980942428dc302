import { expect, test, vi } from 'vitest'
import { Feed, type Send } from '../../src/feed/feed.ts'
import { shownShop } from '../shown-shop.ts'

/** Viewers of a feed, and what each of them has got. */
function watched(h: ConstructorParameters<typeof Feed>[0]) {
  const viewers: string[][] = []
  const faults: unknown[] = []
  const feed = new Feed(
    h,
    event => viewers.forEach(got => got.push(event)),
    error => faults.push(error),
  )
  const come = (): string[] => {
    const got: string[] = []
    viewers.push(got)
    const send: Send = event => got.push(event)
    feed.begin(send)
    return got
  }
  return { feed, faults, come }
}

const pastsIn = (got: readonly string[]): number => got.filter(event => event === 'past').length

test('each viewer gets the past once, also one that comes while the first one gets it', async () => {
  await using shop = await shownShop()
  await shop.run(10)
  const { feed, faults, come } = watched(shop.h)
  const first = come()
  const second = come()
  await vi.waitFor(() => expect(pastsIn(first)).toBeGreaterThan(0))
  const third = come()
  await vi.waitFor(() => expect(pastsIn(third)).toBe(1))
  expect([first, second, third].map(pastsIn)).toEqual([1, 1, 1])
  feed.end()
  expect(faults).toEqual([])
})

test('a tick is in the charts although viewers come at the same time', async () => {
  await using shop = await shownShop()
  await shop.run(10)
  const { feed, come } = watched(shop.h)
  const first = come()
  await vi.waitFor(() => expect(pastsIn(first)).toBe(1))
  for (let count = 0; count < 4; count++) come()
  await shop.tick()
  await vi.waitFor(() => expect(first).toContain('sample'))
  feed.end()
})
