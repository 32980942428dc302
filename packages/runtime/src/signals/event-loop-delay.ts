import type { Registry } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import { metrics } from '@homeostat/semconv'
import { DelayWindow } from './delay-window.ts'
import type { OnSample } from './loop-sampler.ts'
import { SAMPLE_MS } from './loop-sampler.ts'

/** Waiting for longer than the window holds counts as a whole window: a process that slept for a day catches up in no time. */
const MOST_IDLE_SAMPLES = 60_000 / SAMPLE_MS

/** The delay signals, which a sampler of the loop feeds. */
export interface EventLoopDelay extends Disposable {
  readonly onSample: OnSample
}

/**
 * How late the event loop would run something that is due every 20 ms, the same for every reader.
 *
 * The trap is a `monitorEventLoopDelay()` histogram that is reset inside the observable callback, as
 * `@opentelemetry/instrumentation-runtime-node` does it: each collection of any reader takes the stalls away from all
 * others. Here a delay is recorded when it ends, and nobody else writes:
 *
 * - `homeostat.eventloop.delay` is a histogram, cumulative for those who read so and in deltas for those who do not;
 * - `nodejs.eventloop.delay.max` and `.p99` cover the last minute by the clock, so whoever reads at least once a minute sees
 *   every stall.
 *
 * Samples are spaced by time and not by iteration: waiting counts as one delay of 0 in 20 ms, as a timer would have it. By
 * iteration, thousands of short ones would hide that the loop is held for a fifth of the time.
 *
 * A stall that has just ended, or is going on in this very iteration, is not recorded yet when a collection runs. The gauges
 * therefore take it in at the moment of reading, without writing it down: the sampler will, once.
 *
 * @param pendingMs - for how long the loop is being held at the moment of reading
 */
export function measureEventLoopDelay(registry: Registry, pendingMs: (nowMs: number) => number): EventLoopDelay {
  const histogram = registry.histogram(metrics.eventLoopDelay).with()
  const max = registry.level(metrics.eventLoopDelayMax).with()
  const p99 = registry.level(metrics.eventLoopDelayP99).with()
  const window = new DelayWindow()
  let idleCreditMs = 0

  const onSample: OnSample = (heldMs, idleMs, nowMs) => {
    window.record(heldMs, nowMs)
    histogram.record(heldMs / 1000)
    idleCreditMs += idleMs
    const idleSamples = Math.min(Math.floor(idleCreditMs / SAMPLE_MS), MOST_IDLE_SAMPLES)
    if (idleSamples === 0) return
    idleCreditMs %= SAMPLE_MS
    window.record(0, nowMs, idleSamples)
    histogram.record(0, idleSamples)
  }

  const observer = registry.observe(() => {
    const now = performance.now()
    const pending = pendingMs(now)
    const longest = window.max(now, pending)
    const high = window.quantile(0.99, now, pending)
    if (longest !== undefined) max.set(longest / 1000)
    if (high !== undefined) p99.set(high / 1000)
  })

  const clear = (): void => {
    max.clear()
    p99.clear()
  }
  return { onSample, ...disposeTogether({ [Symbol.dispose]: clear }, observer) }
}
