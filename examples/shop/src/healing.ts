import { oldestWaitingAge, delayByArm } from '@homeostat/bullmq/expressions'
import { hitRatioByArm } from '@homeostat/ioredis/expressions'
import { memoryUtilization } from '@homeostat/runtime/expressions'
import type { CacheLoader, Domain, HomeostatOptions, Response } from 'homeostat'

export interface Healing {
  readonly loaders: readonly CacheLoader[]
  readonly queuePrefix: string
  /** Name of the service: the processes of one shop coordinate with each other. */
  readonly service: string
  /** The shop's own signals and knobs. */
  readonly shop: Domain
}

/** What Homeostat may do in this shop, and how soon. Everything that is left out has a default. */
export function healing({ loaders, queuePrefix, service, shop }: Healing): HomeostatOptions {
  return {
    // The default is `advise`: it reports what it would do and changes nothing.
    mode: 'act',
    service,
    domains: [shop],
    // Its processes agree through the Redis that the shop uses: the keys `homeostat:{shop}:*`.
    coordinator: 'redis',
    // The blocks of its trials are seconds, so that the values have to come as soon.
    intervalMs: 1000,
    warmUpMs: 10_000,
    // host-metrics exports process.* as well.
    exportDoubles: false,
    // Nearly all products that are asked for are in the cache on an ordinary day.
    ioredis: { loaders, ignoreKeyPrefixes: [`${queuePrefix}:`], minHitRatio: 0.85 },
    // On our pages 10 ms is slow already, and a webhook that waits 15 s is late.
    pg: { slowQueryThresholdMs: 10 },
    bullmq: { maxWaitSeconds: 15, pollIntervalMs: 2000 },
    responses,
  }
}

/** Of three seconds, so that most values of a block hold nothing of the block before. */
const delaySoon = delayByArm.replaceAll('[15s]', '[3s]')

/** In place of the packages' own: they answer sooner, so that a demonstration of four minutes shows how each of them ends. */
const responses: readonly Response[] = [
  {
    // Half of the keys are left alone, and both halves are compared in ten blocks of six seconds.
    to: { alert: 'CacheHitRatioLow' },
    action: 'cache.warm',
    priority: 'efficiency',
    cooldownMs: 120_000,
    timeoutMs: 30_000,
    expect: { expr: hitRatioByArm, direction: 'up', worth: 0.05, settleMs: 6000, windowMs: 5000 },
    design: { kind: 'split', blocks: 10, blockMs: 6000 },
  },
  {
    to: { alert: 'SlowQueries' },
    action: 'query.optimize',
    priority: 'efficiency',
    cooldownMs: 300_000,
  },
  {
    // Safety is never withheld, so there are no controls: the receipt says what was done.
    to: { alert: 'MemoryPressure' },
    action: 'memory.cleanup',
    priority: 'safety',
    cooldownMs: 60_000,
    expect: { expr: memoryUtilization, direction: 'down', worth: 0.02, settleMs: 25_000, windowMs: 5000 },
  },
  {
    // Nothing is withheld, so that it shows every time; the price is that there is no verdict on its effect.
    to: { alert: 'QueueBacklog' },
    action: 'queue.raiseConcurrency',
    priority: 'slo',
    withhold: false,
    cooldownMs: 120_000,
    expect: { expr: oldestWaitingAge, direction: 'down', settleMs: 20_000, windowMs: 25_000 },
  },
  {
    // As the package has it, without its guard, which would need three quiet minutes first, and with blocks as short as those of the others.
    to: { alert: 'JobsDelayLoop' },
    action: 'queue.rescheduleHeavyTasks',
    priority: 'slo',
    expect: { expr: delaySoon, direction: 'down', worth: 0.2, settleMs: 6000, windowMs: 20_000 },
    design: { kind: 'split', blocks: 10, blockMs: 6000 },
  },
]
