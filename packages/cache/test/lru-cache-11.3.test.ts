import { LRUCache } from 'lru-cache-11.3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CacheInstrumentation } from '../src/index.ts'

let instrumentation: CacheInstrumentation
beforeEach(() => (instrumentation = new CacheInstrumentation({ names: () => 'mine' })).enable())
afterEach(() => instrumentation.disable())

const counts = (): Record<string, number> =>
  Object.fromEntries(
    (
      instrumentation.registry
        .collect()
        .metrics.find(({ descriptor }) => descriptor.name === 'homeostat.cache.requests')?.dataPoints ?? []
    ).map(({ attributes, value }) => [
      `${String(attributes['homeostat.cache.name'])} ${String(attributes['homeostat.cache.result'])}`,
      value as number,
    ]),
  )

it('2-18: the lookups of lru-cache 11.3 count under the default name', () => {
  const cache = new LRUCache<string, number>({ max: 2 })
  cache.set('a', 1)
  cache.get('a')
  cache.get('a')
  cache.get('none')
  cache.has('a')
  const other = new LRUCache<string, number>({ max: 2 })
  other.get('none')
  expect(counts()).toEqual({ 'memory hit': 2, 'memory miss': 2, 'memory stale': 0 })
})

it('2-19: a status object of the caller is the same with and without, unless fetches are counted', async () => {
  const keys = async (): Promise<string[][]> => {
    const cache = new LRUCache<string, string>({ max: 2, fetchMethod: async key => key })
    const [set, get, fetch] = [{}, {}, {}]
    cache.set('a', '1', { status: set })
    cache.get('a', { status: get })
    await cache.fetch('b', { status: fetch })
    return [set, get, fetch].map(status => Object.keys(status).toSorted())
  }
  const during = await keys()
  instrumentation.disable()
  expect(during).toEqual(await keys())
})
