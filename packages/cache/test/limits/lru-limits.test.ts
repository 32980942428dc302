import { channel } from 'node:diagnostics_channel'
import { LRUCache } from 'lru-cache'
import { describe, expect, test, vi } from 'vitest'
import { metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { CacheLimits } from '../../src/limits/cache-limits.ts'
import { LruCaches } from '../../src/signals/lru-caches.ts'
import { lookups } from '../fixtures.ts'
import { fullCache, nextTurn, range, resizing, whileUnsettled } from './fixtures.ts'

describe('an lru-cache that may be resized', () => {
  test('loses what was used least recently, and its own limit holds again at 1', async () => {
    using instrumentation = resizing()
    const cache = fullCache(100)
    cache.get(0)
    expect(await instrumentation.limits.set(0.7)).toMatchObject({ entries: 30 })
    expect([...cache.rkeys()]).toEqual([...range(31, 100), 0])

    cache.set(100, 'new')
    expect([cache.size, cache.has(31)]).toEqual([70, false])

    await instrumentation.limits.set(1)
    for (const key of range(200, 300)) cache.set(key, 'new')
    expect(cache.size).toBe(100)
  })

  test('is shrunk in slices between which a million entries let the event loop turn', async () => {
    using instrumentation = resizing()
    const cache = fullCache(1_000_000)
    let turns = 0
    const done = instrumentation.limits.set(0.7)
    await whileUnsettled(done, () => turns++)
    const resized = await done
    expect(cache.size).toBe(700_000)
    expect([cache.has(299_999), cache.has(300_000)]).toEqual([false, true])
    expect(resized.turns).toBeGreaterThan(10)
    expect(turns).toBeGreaterThanOrEqual(resized.turns)
  }, 60_000)

  test('that limits sizes holds the share of them, and takes an entry larger than that', async () => {
    using instrumentation = resizing()
    const cache = new LRUCache<number, string>({ maxSize: 1000, sizeCalculation: value => value.length })
    for (const key of range(0, 100)) cache.set(key, 'ten bytes!')
    await instrumentation.limits.set(0.5)
    expect([cache.calculatedSize, cache.size]).toEqual([500, 50])
    cache.set(200, 'twenty bytes, or so..')
    expect(cache.calculatedSize).toBeLessThanOrEqual(500)
    cache.set(300, 'x'.repeat(900))
    expect([...cache.keys()]).toEqual([300])
  })

  test('an insert on the way down pays for itself only, and the way ends all the same', async () => {
    using instrumentation = resizing()
    const cache = fullCache(10_000)
    const done = instrumentation.limits.set(0.5, 0)
    let key = 10_000
    await whileUnsettled(done, () => {
      const before = cache.size
      cache.set(key++, 'new')
      expect(before - cache.size).toBeLessThanOrEqual(1)
    })
    expect(key).toBeGreaterThan(11_000)
    expect(cache.size).toBe(5000)
  })

  test('keeps its ages and is asked for nothing that would count as a lookup', async () => {
    using instrumentation = resizing()
    const now = 1000
    const cache = fullCache(10, { ttl: 60_000, ttlResolution: 0, perf: { now: () => now } })
    await instrumentation.limits.set(0.7)
    expect([...cache.keys()].map(key => cache.getRemainingTTL(key))).toEqual(Array(7).fill(60_000))
    expect(lookups(instrumentation)).toEqual({ hit: 0, miss: 0, stale: 0 })
  })

  test('calls its dispose with `evict`; a dispose that adds the entry again makes no endless loop', async () => {
    using instrumentation = resizing()
    const reasons = new Set<string>()
    const cache = fullCache(10, {
      disposeAfter: (value, key, reason) => {
        reasons.add(reason)
        cache.set(key, value)
      },
    })
    await instrumentation.limits.set(0.5)
    expect([...reasons]).toEqual(['evict'])
    expect(cache.size).toBe(10)
  })

  test('whose dispose throws is left alone and reported without its message; others go on', async () => {
    using instrumentation = resizing({ names: cache => (cache === good ? 'good' : 'broken') })
    const throwing = vi.fn(() => {
      throw new Error('key 4711')
    })
    const good = new LRUCache<number, string>({ max: 10 })
    const broken = fullCache(10, { dispose: throwing })
    for (const key of range(0, 10)) good.set(key, 'value')
    expect(await instrumentation.limits.set(0.7)).toMatchObject({ entries: 3 })
    expect([broken.size, good.size, throwing.mock.calls.length]).toEqual([10, 7, 1])
    broken.set(0, broken.peek(0)!)
    expect(throwing).toHaveBeenCalledTimes(1)
    const errors = instrumentation.registry
      .collect()
      .metrics.find(({ descriptor }) => descriptor.name === metrics.errors.name)
    expect(errors?.dataPoints.map(({ attributes }) => attributes['error.type'])).toEqual(['HOMEOSTAT_CACHE_CALLBACK'])
  })

  test('never evicts an entry that is being fetched, and stays small although fetches are not reported', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      using instrumentation = resizing()
      const waiting = Promise.withResolvers<string>()
      const cache = fullCache(10, { fetchMethod: key => (key < 100 ? waiting.promise : `fetched ${key}`) })
      const refreshed = cache.fetch(0, { forceRefresh: true })
      await instrumentation.limits.set(0.5)
      expect([...cache.keys()].toSorted((a, b) => a - b)).toEqual(range(6, 10))
      waiting.resolve('fresh')
      expect(await refreshed).toBe('fresh')
      expect(cache.size).toBe(5)

      for (const key of range(100, 110)) await cache.fetch(key)
      expect(cache.size).toBe(10)
      vi.advanceTimersByTime(1000)
      await nextTurn()
      expect(cache.size).toBe(5)
    } finally {
      vi.useRealTimers()
    }
  })

  test('that appears while the share is lower gets it when it is seen first', async () => {
    using instrumentation = resizing()
    await instrumentation.limits.set(0.7)
    expect(fullCache(100).size).toBe(70)
    const memo = new LRUCache<number, number>({ max: 10, memoMethod: key => key })
    for (const key of range(0, 10)) memo.memo(key)
    expect(memo.size).toBe(7)
  })

  test('gets its share raised in the middle of the way down, and nothing goes on from there', async () => {
    using instrumentation = resizing()
    const cache = fullCache(10_000)
    const down = instrumentation.limits.set(0.5, 0)
    await nextTurn()
    await instrumentation.limits.set(1)
    const { entries } = await down
    expect(entries).toBeLessThan(100)
    expect(cache.size).toBe(10_000 - entries)
    for (const key of range(10_000, 11_000)) cache.set(key, 'new')
    expect(cache.size).toBe(10_000)
  })
})

test('a cache that was not named, or has no limit of its own, stays as it is', async () => {
  using instrumentation = resizing({ resizable: cache => cache !== store })
  const store = new LRUCache<number, string>({ max: 10 })
  const timed = new LRUCache<number, string>({ ttl: 60_000, ttlAutopurge: true })
  for (const key of range(0, 10)) {
    store.set(key, 'value')
    timed.set(key, 'value')
  }
  await instrumentation.limits.set(0.5)
  expect([store.size, timed.size]).toEqual([10, 10])
  expect(instrumentation.limits.unready).toContain('no observed cache may be resized')
  timed.clear()
})

test('nothing is subscribed and no timer runs while the share is 1', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const limits = new CacheLimits(new Registry({ scope: { name: 'test', version: '1' } }).faults)
    using _open = limits.open(new LruCaches())
    const lruChannel = channel('lru-cache:metrics')
    for (const [share, isKept] of [
      [0.7, true],
      [0.6, true],
      [1, false],
    ] as const) {
      await limits.set(share)
      expect([lruChannel.hasSubscribers, vi.getTimerCount()], `${share}`).toEqual([isKept, isKept ? 1 : 0])
    }
  } finally {
    vi.useRealTimers()
  }
})

test('disabled, the share is back at 1 and cannot be set', async () => {
  using instrumentation = resizing()
  const cache = fullCache(10)
  await instrumentation.limits.set(0.7)
  instrumentation.disable()
  expect(channel('lru-cache:metrics').hasSubscribers).toBe(false)
  expect(instrumentation.limits).toMatchObject({ share: 1, unready: 'CacheInstrumentation is disabled' })
  await expect(instrumentation.limits.set(0.7)).rejects.toThrow('while CacheInstrumentation is disabled')
  for (const key of range(0, 10)) cache.set(key, 'value')
  expect(cache.size).toBe(10)
})

test.each([0, -1, 1.1, Number.NaN])('%s is not a valid share', async share => {
  using instrumentation = resizing()
  await expect(instrumentation.limits.set(share)).rejects.toMatchObject({ code: 'HOMEOSTAT_CACHE_SHARE' })
})
