import type { OptionSchema } from '@homeostat/signals/options'
import { flag, group, milliseconds } from '@homeostat/signals/options'

/** How the circuit breakers of `h.http.guarded()` work. */
export interface BreakerOptions {
  /**
   * Whether an open breaker refuses calls from the start. Otherwise it counts what it would have refused, and the knob `http.breaker` lets
   * it, in mode `act`. @default false
   */
  readonly enforce?: boolean
  /** How long a breaker stays open at most before one call tests the service, in milliseconds. @default 10000 */
  readonly halfOpenAfterMs?: number
}

export const DEFAULT_HALF_OPEN_AFTER_MS = 10_000

/** The schema of the key `http.breaker`. */
export const breakerOptions: OptionSchema<BreakerOptions> = group<BreakerOptions>(
  {
    enforce: flag({
      default: false,
      description:
        'whether an open breaker refuses calls from the start; otherwise the knob `http.breaker` lets it, in mode `act`',
    }),
    halfOpenAfterMs: milliseconds({
      least: 100,
      most: 3_600_000,
      default: DEFAULT_HALF_OPEN_AFTER_MS,
      description: 'how long a breaker stays open at most before one call tests the service',
    }),
  },
  { description: 'how the circuit breakers of `h.http.guarded()` work' },
)
