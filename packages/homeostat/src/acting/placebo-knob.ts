import type { Knob } from '@homeostat/optimizer'

/** Nobody else has a knob of this name. */
export const PLACEBO = 'homeostat.placebo'

/** What switches it on. */
export const PLACEBO_OPTIONS = { to: 1 }

/** A knob that nothing reads. It is set, leased and reverted as any other. */
export function createPlaceboKnob(): Knob {
  let value = 0
  return {
    name: PLACEBO,
    scope: 'process',
    keptIn: 'memory',
    bounds: { min: 0, max: 1, grain: 1 },
    risk: 0,
    read: () => value,
    compareAndSet: (expected, next) => {
      if (value !== expected) return false
      value = next
      return true
    },
  }
}
