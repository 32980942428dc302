import { createRandom, gaussian } from '@homeostat/signals/random'
import type { GuardStatus, GuardWatch } from '../../../src/trials/guards/guard-status.ts'
import type { QuietWindows } from '../../../src/trials/guards/quiet-windows.ts'
import { createGuardWatch } from '../../../src/trials/guards/guard-watch.ts'
import { createQuietWindows } from '../../../src/trials/guards/quiet-windows.ts'
import type { Guard } from '../../../src/words/response.ts'

export const LATENCY: Guard = { expr: 'p99', notWorseThan: 0.1 }
export const ERRORS: Guard = { expr: 'errors', denominator: 'requests', notWorseThan: 0.02 }

const START = 1_800_000_000_000

/** A value, or a share and the requests a second. */
export type Tick = number | undefined | readonly [value: number | undefined, denominator?: number | undefined]

/** Feeds quiet ticks and then starts a watch; ticks are a second apart unless told. */
export function afterQuiet(
  guard: Guard,
  ticks: readonly Tick[],
  tickMs = 1000,
): { watch: GuardWatch; quiet: QuietWindows; now: number } {
  const quiet = createQuietWindows(guard)
  let now = START
  for (const tick of ticks) {
    now += tickMs
    const [value, denominator] = Array.isArray(tick) ? tick : [tick as number | undefined]
    quiet.observe(now, value, denominator)
  }
  return { watch: createGuardWatch(guard, quiet, now), quiet, now }
}

/** Feeds the ticks of a trial; the statuses, one for each. */
export function watchTicks(watch: GuardWatch, startedAt: number, ticks: readonly Tick[], tickMs = 1000): GuardStatus[] {
  return ticks.map((tick, index) => {
    const [value, denominator] = Array.isArray(tick) ? tick : [tick as number | undefined]
    return watch.observe(startedAt + (index + 1) * tickMs, value, denominator)
  })
}

/** `count` times the same, or what `tick` gives for the index. */
export function times<T>(count: number, tick: T | ((index: number) => T)): T[] {
  return Array.from({ length: count }, (_, index) =>
    typeof tick === 'function' ? (tick as (index: number) => T)(index) : tick,
  )
}

/** A number that varies around `level` by the standard deviation `sd` of its logarithm, the same for each seed. */
export function noisy(level: number, sd: number, seed = 1): () => number {
  const random = createRandom(seed)
  return () => level * Math.exp(sd * gaussian(random))
}
