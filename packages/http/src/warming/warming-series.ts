import type { CounterSeries, LevelSeries, Registry } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'

/** How one request of ours ended. */
export type WarmingResult = 'warmed' | 'kept' | 'bypassed' | 'unknown' | 'failed'

/** What is counted of content that may be warmed. */
export interface WarmingSeries {
  readonly requests: Readonly<Record<WarmingResult, CounterSeries>>
  /** Requests of clients for shareable content that reached this origin: the edge did not have it. */
  readonly misses: CounterSeries
}

/** The same for one half of the popular URLs, while a trial divides them. */
export interface ArmSeries {
  readonly misses: CounterSeries
  readonly urls: LevelSeries
}

export function warmingSeries(registry: Registry): WarmingSeries {
  const result = (value: WarmingResult): CounterSeries =>
    registry.counter(metrics.httpWarmingRequests).with({ [attributes.warmingResult]: value })
  return {
    requests: {
      warmed: result('warmed'),
      kept: result('kept'),
      bypassed: result('bypassed'),
      unknown: result('unknown'),
      failed: result('failed'),
    },
    misses: registry.counter(metrics.httpWarmingMisses).with(),
  }
}

export function warmingArm(registry: Registry, arm: 'act' | 'control'): ArmSeries {
  const labels = { [attributes.trialArm]: arm }
  return {
    misses: registry.counter(metrics.httpWarmingTrialMisses).with(labels),
    urls: registry.level(metrics.httpWarmingTrialUrls).with(labels),
  }
}
