import { describeAction, describeInstrumentation, describeKnob } from '@homeostat/conformance'
import { LRUCache } from 'lru-cache'
import { metrics } from '@homeostat/semconv'
import { cache as cacheDomain } from '../src/domain.ts'
import { CacheInstrumentation } from '../src/index.ts'
import { createClock } from './fixtures.ts'

const used = new Set<LRUCache<string, number>>()

describeInstrumentation('CacheInstrumentation', {
  create: () => new CacheInstrumentation({ fetches: true }),
  exercise: async () => {
    const cache = new LRUCache<string, number>({ max: 10, fetchMethod: async key => key.length })
    // Entries are those of caches that live.
    used.add(cache)
    cache.set('a', 1)
    cache.get('a')
    cache.get('b')
    await cache.fetch('ccc')
  },
  metrics: [metrics.cacheRequests, metrics.cacheEntries],
  channels: ['lru-cache:metrics', 'tracing:lru-cache:start'],
  close: () => used.clear(),
})

const ENTRIES = 500
let cache: LRUCache<number, string>
let domain: ReturnType<typeof cacheDomain>

describeAction('the reclaimer of expired cache entries', {
  prepare: () => {
    domain = cacheDomain()
    domain.instrumentation.enable()
    const clock = createClock()
    cache = new LRUCache({ max: ENTRIES, ttl: 1000, ttlResolution: 0, perf: clock })
    for (let key = 0; key < ENTRIES; key++) cache.set(key, 'value', { ttl: key % 2 ? 1000 : 10_000 })
    clock.advance(1001)
  },
  create: () => ({
    name: 'memory.cleanup',
    scope: 'process',
    touches: ['memory'],
    raises: [],
    lowers: ['memory'],
    risk: 0,
    run: context => domain.reclaimers[0]!.reclaim(context),
  }),
  effect: async () => ENTRIES - cache.size,
  counts: 'entries',
  close: () => domain.instrumentation.disable(),
})

describeKnob('cache.limit', {
  prepare: () => {
    domain = cacheDomain({ resizable: () => true })
    domain.instrumentation.enable()
    cache = new LRUCache({ max: ENTRIES })
    for (let key = 0; key < ENTRIES; key++) cache.set(key, 'value')
  },
  create: () => domain.knobs[0]!,
  value: () => domain.instrumentation.limits.share,
  setByHand: async share => void (await domain.instrumentation.limits.set(share)),
  close: () => domain.instrumentation.disable(),
})
