import type { OptionSchema } from '@homeostat/signals/options'
import { group, number } from '@homeostat/signals/options'
import type { CacheInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'

/** Options of the cache domain: those of its instrumentation and of its actions. */
export interface CacheOptions extends CacheInstrumentationConfig {
  /** Longest stretch that taking out entries holds the event loop, in milliseconds. @default 2 */
  sliceMs?: number
}

/** The schema of `cache(options)` and of the key `cache` of `homeostat()`. */
export const cacheOptions: OptionSchema<CacheOptions> = group<CacheOptions>(
  {
    ...instrumentationEntries,
    sliceMs: number({
      least: 0.1,
      most: 1000,
      unit: 'ms',
      default: 2,
      description: 'the longest stretch that taking out entries holds the event loop',
    }),
  },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
