import { expect, it } from 'vitest'
import { createRandom } from '@homeostat/signals/random'
import { PopularContent } from '../../src/warming/popular-content.ts'

const paths = (popular: PopularContent, count: number): string[] => popular.top(count).map(({ path }) => path)

it('finds the most popular of many URLs, in bounded memory', () => {
  const popular = new PopularContent(1000)
  const random = createRandom(3)
  const asked = new Map<string, number>()
  for (let request = 0; request < 100_000; request++) {
    // Zipf: the n-th URL comes 1/n as often; a third of all are seen once only.
    const path = random() < 0.33 ? `/once/${request}` : `/page/${Math.floor(10_000 ** random())}`
    asked.set(path, (asked.get(path) ?? 0) + 1)
    popular.add(path, 'gzip', 0)
  }
  const best = [...asked].toSorted(([, a], [, b]) => b - a).map(([path]) => path)
  const found = new Set(paths(popular, 100))
  expect(best.slice(0, 50).filter(path => found.has(path))).toHaveLength(50)
  const requests = (list: Iterable<string>): number => [...list].reduce((sum, path) => sum + asked.get(path)!, 0)
  expect(requests(found)).toBeGreaterThan(0.98 * requests(best.slice(0, 100)))
  expect(popular.size).toBeLessThanOrEqual(2000)
})

it('forgets what is not asked for any more, and leaves out what came once', () => {
  const popular = new PopularContent(10)
  for (let request = 0; request < 8; request++) popular.add('/old', '', 0)
  popular.add('/once', '', 0)
  expect(paths(popular, 10)).toEqual(['/old'])
  for (let minute = 5; minute <= 30; minute += 5)
    for (let request = 0; request < 5; request++) popular.add('/new', '', minute * 60_000)
  expect(paths(popular, 10)).toEqual(['/new'])
})

it('keeps the encoding with which the edge asked last', () => {
  const popular = new PopularContent(10)
  popular.add('/a', 'gzip', 0)
  popular.add('/a', 'br', 0)
  expect(popular.top(1)).toEqual([{ path: '/a', acceptEncoding: 'br', count: 2 }])
})
