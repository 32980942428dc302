import * as fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { expect, test } from 'vitest'
import { nextTurn, resizing } from './fixtures.ts'

const operation = fc.tuple(fc.constantFrom('get', 'set', 'delete'), fc.nat(80))
const plan = fc.record({
  max: fc.integer({ min: 1, max: 60 }),
  share: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
  before: fc.array(operation, { maxLength: 100 }),
  turns: fc.array(fc.array(operation, { maxLength: 5 }), { maxLength: 40 }),
  after: fc.array(operation, { maxLength: 100 }),
})

/** A lookup of what only the other one still has would give it another order. */
function operate(caches: readonly LRUCache<number, string>[], [name, key]: readonly [string, number]): void {
  const isThere = caches.every(cache => cache.has(key))
  for (const cache of caches) {
    if (name === 'set') cache.set(key, 'new')
    else if (name === 'delete') cache.delete(key)
    else if (isThere) cache.get(key)
  }
}

test('whatever the application does on the way, only the least recently used go; after it a cache is as one made smaller', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ max, share, before, turns, after }) => {
      const all = new LRUCache<number, string>({ max: 1000 })
      const resized = new WeakSet()
      using instrumentation = resizing({ resizable: each => resized.has(each) })
      const cache = new LRUCache<number, string>({ max })
      resized.add(cache)
      for (let key = 0; key < max; key++) cache.set(key, 'first')
      all.load(cache.dump())
      for (const each of before) operate([cache, all], each)

      const done = instrumentation.limits.set(share, 0)
      for (const turn of turns) {
        await nextTurn()
        for (const each of turn) operate([cache, all], each)
        expect([...cache.keys()]).toEqual([...all.keys()].slice(0, cache.size))
      }
      await done
      expect(cache.size).toBeLessThanOrEqual(Math.ceil(share * max))

      const small = new LRUCache<number, string>({ max: Math.ceil(share * max) })
      for (const key of cache.rkeys()) small.set(key, 'copied')
      for (const each of after) {
        operate([cache, small], each)
        expect([...cache.keys()]).toEqual([...small.keys()])
      }
    }),
    { numRuns: 100 },
  )
})
