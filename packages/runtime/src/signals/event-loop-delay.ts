import type { Registry } from '@homeostat/signals'
import { disposeTogether, every } from '@homeostat/signals'
import { metrics } from '@homeostat/semconv'
import { DelayWindow } from './delay-window.ts'

const INTERVAL_MS = 20

/**
 * How late the event loop runs a 20 ms timer, the same for every reader.
 *
 * The trap is a `monitorEventLoopDelay()` histogram that is reset inside the observable callback, as
 * `@opentelemetry/instrumentation-runtime-node` does it: each collection of any reader takes the stalls away from all
 * others. Here a delay is recorded when it ends, by the timer, and nobody else writes:
 *
 * - `homeostat.eventloop.delay` is a histogram, cumulative for those who read so and in deltas for those who do not;
 * - `nodejs.eventloop.delay.max` and `.p99` cover the last minute by the clock, so whoever reads at least once a minute sees
 *   every stall.
 *
 * A stall that has just ended, or is going on in this very turn of the loop, is not recorded yet when a collection runs
 * before the timer does. The gauges therefore take in how overdue the timer is at the moment of reading, without writing
 * it down: the timer will, once.
 */
export function measureEventLoopDelay(registry: Registry): Disposable {
  const histogram = registry.histogram(metrics.eventLoopDelay).with()
  const max = registry.level(metrics.eventLoopDelayMax).with()
  const p99 = registry.level(metrics.eventLoopDelayP99).with()
  const window = new DelayWindow()
  let last = performance.now()

  const lateness = (nowMs: number): number => Math.max(0, nowMs - last - INTERVAL_MS)

  const timer = every(INTERVAL_MS, () => {
    const now = performance.now()
    const delayMs = lateness(now)
    last = now
    window.record(delayMs, now)
    histogram.record(delayMs / 1000)
  })

  const observer = registry.observe(() => {
    const now = performance.now()
    const pendingMs = lateness(now)
    const longest = window.max(now, pendingMs)
    const high = window.quantile(0.99, now, pendingMs)
    if (longest !== undefined) max.set(longest / 1000)
    if (high !== undefined) p99.set(high / 1000)
  })

  const clear = (): void => {
    max.clear()
    p99.clear()
  }
  return disposeTogether({ [Symbol.dispose]: clear }, observer, timer)
}
