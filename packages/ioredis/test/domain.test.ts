import { Optimizer } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { ioredis } from '../src/domain.ts'

/** Ticks a minute and a half with so many hits and misses in each tick of 5 s; the alerts that fire at its end. */
function firingsAfter(hitsPerTick: number, missesPerTick: number, options: Parameters<typeof ioredis>[0] = {}) {
  const { instrumentation, rules, responses, actions } = ioredis(options)
  const { registry } = instrumentation
  const optimizer = new Optimizer({ registries: [registry], rules, responses, actions, warmUpMs: 0, environment: {} })
  const requests = registry.counter(metrics.cacheRequests)
  const series = (result: string) =>
    requests.with({ [attributes.cacheName]: 'redis', [attributes.cacheResult]: result })
  const [hit, miss] = [series('hit'), series('miss')]
  expect(optimizer.rules.rejected).toEqual([])
  let entry = optimizer.tick(0)
  for (let now = 5_000; now <= 90_000; now += 5_000) {
    hit.add(hitsPerTick)
    miss.add(missesPerTick)
    entry = optimizer.tick(now)
  }
  return entry.firings.map(({ alert, labels }) => ({ alert, ...labels }))
}

const alert = { alert: 'CacheHitRatioLow', homeostat_cache_name: 'redis', severity: 'medium' }

test('a hit ratio below the limit fires, also when there is no hit at all', () => {
  expect(firingsAfter(10, 10)).toMatchObject([alert])
  expect(firingsAfter(0, 20)).toMatchObject([alert])
})

test('a hit ratio above the limit, too few lookups and no lookups do not', () => {
  expect(firingsAfter(16, 4)).toEqual([])
  expect(firingsAfter(0, 2)).toEqual([])
  expect(firingsAfter(0, 0)).toEqual([])
})

test('both limits can be set', () => {
  expect(firingsAfter(16, 4, { minHitRatio: 0.9 })).toMatchObject([alert])
  expect(firingsAfter(10, 10, { minLookups: 1_000 })).toEqual([])
})

test('every response names an action and an alert of the domain', () => {
  const { rules, responses, actions } = ioredis()
  for (const { to, action } of responses) {
    expect(rules.map(rule => rule.alert)).toContain(to.alert)
    expect(actions.map(({ name }) => name)).toContain(action)
  }
})
