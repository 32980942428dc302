import { channel } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { LRUCache } from 'lru-cache'
import { afterEach, describe, expect, test } from 'vitest'
import { metrics } from '@homeostat/semconv'
import packageJson from '../package.json' with { type: 'json' }
import { CacheInstrumentation, type CacheInstrumentationConfig } from '../src/index.ts'
import { createClock, entries, lookups } from './fixtures.ts'

let instrumentation: CacheInstrumentation
function start(config?: CacheInstrumentationConfig): CacheInstrumentation {
  instrumentation = new CacheInstrumentation(config)
  instrumentation.enable()
  return instrumentation
}
afterEach(() => instrumentation?.disable())

function useNewCache(): void {
  new LRUCache<string, number>({ max: 10 }).set('a', 1)
}

test('the version is the one of the package', () => {
  expect(start().instrumentationVersion).toBe(packageJson.version)
})

describe('an lru-cache', () => {
  test('is counted without a change of its code: hits, misses and what had expired', () => {
    start()
    const clock = createClock()
    const cache = new LRUCache<string, number>({ max: 10, ttl: 100, ttlResolution: 0, perf: clock })
    cache.set('a', 1)
    cache.get('a')
    cache.get('a')
    cache.get('b')
    clock.advance(101)
    cache.get('a')
    cache.get('a')
    expect(lookups(instrumentation)).toEqual({ hit: 2, miss: 2, stale: 1 })
  })

  test('without a lookup has counters at 0, and one that was never used has none', () => {
    start()
    const cache = new LRUCache<string, number>({ max: 10 })
    expect(lookups(instrumentation)).toBeUndefined()
    cache.set('a', 1)
    expect(lookups(instrumentation)).toEqual({ hit: 0, miss: 0, stale: 0 })
    expect(entries(instrumentation)).toBe(1)
  })

  test('has and peek do not count as lookups, memo does', () => {
    start()
    const cache = new LRUCache<string, number>({ max: 10, memoMethod: key => key.length })
    cache.set('a', 1)
    cache.has('a')
    cache.peek('b')
    expect(lookups(instrumentation)).toEqual({ hit: 0, miss: 0, stale: 0 })
    cache.memo('a')
    cache.memo('bb')
    expect(lookups(instrumentation)).toEqual({ hit: 1, miss: 1, stale: 0 })
  })

  test('is counted as well when it was loaded with require()', () => {
    start()
    const { LRUCache: Required } = createRequire(import.meta.url)('lru-cache') as { LRUCache: typeof LRUCache }
    expect(Required).not.toBe(LRUCache)
    new Required<string, number>({ max: 10 }).get('a')
    expect(lookups(instrumentation)).toMatchObject({ miss: 1 })
  })

  test('fetch() is counted when asked for: what waits for the origin is a miss', async () => {
    start({ fetches: true })
    const cache = new LRUCache<string, number>({ max: 10, fetchMethod: async key => key.length })
    await Promise.all([cache.fetch('a'), cache.fetch('a')])
    await cache.fetch('a')
    expect(lookups(instrumentation)).toEqual({ hit: 1, miss: 2, stale: 0 })
  })

  test('is named by the application; caches of one name add up, and a failing name is the default', () => {
    const a = new LRUCache<string, number>({ max: 10 })
    const b = new LRUCache<string, number>({ max: 10 })
    const odd = new LRUCache<string, number>({ max: 10 })
    start({
      defaultName: 'other',
      names: cache => {
        if (cache === odd) throw new Error('no name')
        return 'products'
      },
    })
    a.set('x', 1).get('x')
    b.set('x', 1).set('y', 2).get('z')
    odd.get('x')
    expect(lookups(instrumentation, 'products')).toMatchObject({ hit: 1, miss: 1 })
    expect(entries(instrumentation, 'products')).toBe(3)
    expect(lookups(instrumentation, 'other')).toMatchObject({ miss: 1 })
    const errors = instrumentation.registry
      .collect()
      .metrics.find(({ descriptor }) => descriptor.name === metrics.errors.name)
    expect(errors?.dataPoints[0]?.value).toBe(1)
  })

  test('that the application has let go is let go', async () => {
    start()
    useNewCache()
    expect(instrumentation.lruCaches()).toHaveLength(1)
    const { runInNewContext } = await import('node:vm')
    const { setFlagsFromString } = await import('node:v8')
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    await expect
      .poll(() => {
        gc()
        return instrumentation.lruCaches().length
      })
      .toBe(0)
    expect(entries(instrumentation)).toBeUndefined()
  })
})

describe('any other cache', () => {
  test('is counted through the functions it was given', () => {
    start()
    const map = new Map([['a', 1]])
    using lookup = instrumentation.register('sessions', { size: () => map.size })
    lookup.hit()
    lookup.miss()
    lookup.miss()
    lookup.stale()
    expect(lookups(instrumentation, 'sessions')).toEqual({ hit: 1, miss: 2, stale: 1 })
    expect(entries(instrumentation, 'sessions')).toBe(1)
  })

  test('has no entries once it is disposed of, and one whose size throws does not affect the others', () => {
    start()
    instrumentation.register('broken', {
      size: () => {
        throw new Error('closed')
      },
    })
    const good = instrumentation.register('good', { size: () => 5 })
    expect(entries(instrumentation, 'good')).toBe(5)
    expect(entries(instrumentation, 'broken')).toBeUndefined()
    good[Symbol.dispose]()
    expect(entries(instrumentation, 'good')).toBeUndefined()
  })
})

test('disabled, nothing is subscribed or counted', () => {
  const metricsChannel = channel('lru-cache:metrics')
  const cache = new LRUCache<string, number>({ max: 10 })
  start({ fetches: true })
  const lookup = instrumentation.register('sessions', { size: () => 1 })
  cache.get('a')
  expect(metricsChannel.hasSubscribers).toBe(true)
  instrumentation.disable()
  expect(metricsChannel.hasSubscribers).toBe(false)
  expect(channel('tracing:lru-cache:start').hasSubscribers).toBe(false)
  cache.get('a')
  lookup.hit()
  expect(lookups(instrumentation)).toMatchObject({ miss: 1 })
  expect(lookups(instrumentation, 'sessions')).toMatchObject({ hit: 0 })
  expect(entries(instrumentation)).toBeUndefined()
  instrumentation.enable()
  cache.get('a')
  expect(lookups(instrumentation)).toMatchObject({ miss: 2 })
})
