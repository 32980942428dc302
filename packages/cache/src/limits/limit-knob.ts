import type { Knob } from '@homeostat/optimizer'
import { within } from '@homeostat/signals'
import type { CacheLimits } from './cache-limits.ts'

/** A knob that has not answered after 2 s counts as hung; the rest of the way down then continues in the background. */
const WAIT_MS = 1000
/** Stands for work that goes on in the background. */
const LATE = Symbol('late')

/** Options of the knob that sets the limits of caches. */
export interface LimitKnobOptions {
  readonly limits: CacheLimits
  /** Longest stretch on the event loop, in milliseconds. @default 2 */
  readonly sliceMs?: number | undefined
}

/**
 * The knob `cache.limit`: the share of their own limit that the resizable caches of the process may hold. 1 is as the application made
 * them. The action `cache.resize` sets it to 0.7.
 */
export function createLimitKnob({ limits, sliceMs }: LimitKnobOptions): Knob {
  return {
    name: 'cache.limit',
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0.5, max: 1 },
    touches: ['cache', 'memory'],
    // Entries that are gone have to be loaded again.
    raises: ['database'],
    lowers: ['memory'],
    risk: 1,
    actions: { 'cache.resize': { to: 0.7 } },
    unready: () => limits.unready,
    read: () => limits.share,
    async compareAndSet(expected, next) {
      if (!limits.isOpen || limits.share !== expected) return false
      const set = within(
        WAIT_MS,
        () => limits.set(next, sliceMs),
        () => LATE,
      )
      await set.catch((error: unknown) => {
        if (error !== LATE) throw error
      })
      return true
    },
  }
}
