import { hitRatio } from '@homeostat/ioredis/expressions'
import { memoryUtilization } from '@homeostat/runtime/expressions'
import type { CacheLoader, HomeostatOptions } from 'homeostat'

export interface Healing {
  readonly loaders: readonly CacheLoader[]
  readonly queuePrefix: string
  /** Name of the service: the processes of one shop coordinate with each other. */
  readonly service: string
}

/** What Homeostat may do in this shop, and how soon. Everything that is left out has a default. */
export function healing({ loaders, queuePrefix, service }: Healing): HomeostatOptions {
  return {
    // The default is `advise`: it reports what it would do and changes nothing.
    mode: 'act',
    service,
    // Its processes agree through the Redis that the shop uses: the keys `homeostat:{shop}:*`.
    coordinator: 'redis',
    intervalMs: 2000,
    warmUpMs: 10_000,
    // host-metrics exports process.* as well.
    exportDoubles: false,
    ioredis: { loaders, ignoreKeyPrefixes: [`${queuePrefix}:`] },
    // On our pages 20 ms is slow already, and a webhook that waits 15 s is late.
    pg: { slowQueryThresholdMs: 20 },
    bullmq: { maxWaitSeconds: 15, pollIntervalMs: 2000 },
    // In place of the packages' own: evaluated sooner than by default. Nothing is withheld at random here, so that a
    // demonstration of two minutes shows each action; the price is that there are no controls, and so no verdict on the effect.
    responses: [
      {
        to: { alert: 'CacheHitRatioLow' },
        action: 'cache.warm',
        priority: 'efficiency',
        withhold: false,
        cooldownMs: 120_000,
        expect: {
          expr: hitRatio,
          direction: 'up',
          worth: 0.05,
          settleMs: 60_000,
          windowMs: 5000,
        },
      },
      {
        to: { alert: 'SlowQueries' },
        action: 'query.optimize',
        priority: 'efficiency',
        cooldownMs: 300_000,
      },
      {
        to: { alert: 'MemoryPressure' },
        action: 'memory.cleanup',
        priority: 'safety',
        cooldownMs: 60_000,
        expect: {
          expr: memoryUtilization,
          direction: 'down',
          worth: 0.02,
          settleMs: 25_000,
          windowMs: 5000,
        },
      },
    ],
  }
}
