import { performance } from 'node:perf_hooks'
import type { Registry } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'

const SLOT_MS = 5_000
const WINDOW_MS = 60_000

interface LoopTime {
  /** Milliseconds since the loop began. */
  readonly active: number
  readonly idle: number
}

/** The utilization signals. The sampler of the loop advances them. */
export interface EventLoopTime extends Disposable {
  /** Keeps a baseline every few seconds. */
  advance(nowMs: number): void
}

/**
 * How much of its time the event loop works.
 *
 * The counters are Node's own absolute values. The utilization compares with a baseline of our own that is about a minute
 * old, never with "the last time somebody read": two readers would otherwise shorten each other's interval.
 */
export function measureEventLoopTime(registry: Registry): EventLoopTime {
  const time = registry.counter(metrics.eventLoopTime)
  // Node has counted since the loop began, which is when the process did.
  const active = time.with({ [attributes.eventLoopState]: 'active' }, performance.timeOrigin)
  const idle = time.with({ [attributes.eventLoopState]: 'idle' }, performance.timeOrigin)
  const utilization = registry.level(metrics.eventLoopUtilization).with()
  const baselines = new Baselines(performance.eventLoopUtilization(), performance.now())

  const observer = registry.observe(() => {
    const now = performance.eventLoopUtilization()
    active.advanceTo(now.active / 1000)
    idle.advanceTo(now.idle / 1000)
    const share = utilizationBetween(baselines.before(performance.now()), now)
    if (share !== undefined) utilization.set(share)
  })

  return {
    advance: nowMs => baselines.advance(nowMs),
    ...disposeTogether({ [Symbol.dispose]: () => utilization.clear() }, observer),
  }
}

/** What the loop had done up to some moments of the last minute and one before it. */
class Baselines {
  readonly #kept: { readonly atMs: number; readonly time: LoopTime }[]

  constructor(time: LoopTime, atMs: number) {
    this.#kept = [{ atMs, time }]
  }

  advance(nowMs: number): void {
    const kept = this.#kept
    if (nowMs - kept.at(-1)!.atMs < SLOT_MS) return
    kept.push({ atMs: nowMs, time: performance.eventLoopUtilization() })
    while (kept.length > 1 && nowMs - kept[1]!.atMs >= WINDOW_MS) kept.shift()
  }

  /** The latest one that is a minute old; before the first minute is over, the oldest. */
  before(nowMs: number): LoopTime {
    return (this.#kept.findLast(({ atMs }) => nowMs - atMs >= WINDOW_MS) ?? this.#kept[0]!).time
  }
}

/** The busy share of the time between two readings; undefined when no time has passed. */
export function utilizationBetween(from: LoopTime, to: LoopTime): number | undefined {
  const active = to.active - from.active
  const total = active + to.idle - from.idle
  return total > 0 ? Math.min(1, Math.max(0, active / total)) : undefined
}
