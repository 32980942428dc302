import { performance } from 'node:perf_hooks'
import type { Registry } from '@homeostat/signals'
import { disposeTogether, every } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'

const SLOT_MS = 5_000
/** Baselines that are kept: the oldest is 60 to 65 s old. */
const SLOTS = 13

interface LoopTime {
  /** Milliseconds since the loop began. */
  readonly active: number
  readonly idle: number
}

/**
 * How much of its time the event loop works.
 *
 * The counters are Node's own absolute values. The utilization compares with a baseline of our own that is about a minute
 * old, never with "the last time somebody read": two readers would otherwise shorten each other's interval.
 */
export function measureEventLoopTime(registry: Registry): Disposable {
  const time = registry.counter(metrics.eventLoopTime)
  const active = time.with({ [attributes.eventLoopState]: 'active' })
  const idle = time.with({ [attributes.eventLoopState]: 'idle' })
  const utilization = registry.level(metrics.eventLoopUtilization).with()
  const baselines: LoopTime[] = [performance.eventLoopUtilization()]

  const timer = every(SLOT_MS, () => {
    baselines.push(performance.eventLoopUtilization())
    if (baselines.length > SLOTS) baselines.shift()
  })

  const observer = registry.observe(() => {
    const now = performance.eventLoopUtilization()
    active.advanceTo(now.active / 1000)
    idle.advanceTo(now.idle / 1000)
    const share = utilizationBetween(baselines[0]!, now)
    if (share !== undefined) utilization.set(share)
  })

  return disposeTogether({ [Symbol.dispose]: () => utilization.clear() }, observer, timer)
}

/** The busy share of the time between two readings; undefined when no time has passed. */
export function utilizationBetween(from: LoopTime, to: LoopTime): number | undefined {
  const active = to.active - from.active
  const total = active + to.idle - from.idle
  return total > 0 ? Math.min(1, Math.max(0, active / total)) : undefined
}
