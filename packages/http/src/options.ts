import type { OptionSchema } from '@homeostat/signals/options'
import { group } from '@homeostat/signals/options'
import { breakerOptions, type BreakerOptions } from './breaker/breaker-options.ts'
import type { HttpInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'
import { sheddingOptions, type SheddingOptions } from './shedding/shedding-options.ts'

/** Options of the HTTP domain: those of its instrumentation, and one group for each thing that it does. */
export interface HttpOptions extends HttpInstrumentationConfig {
  /** The circuit breakers of `h.http.guarded()`. @default the defaults of its members */
  breaker?: BreakerOptions
  /** Load shedding through the adapters of this package: whether, and how. It refuses requests in mode `act` only. @default false */
  shed?: boolean | SheddingOptions
}

/** The schema of `http(options)` and of the key `http` of `homeostat()`. */
export const httpOptions: OptionSchema<HttpOptions> = group<HttpOptions>(
  { ...instrumentationEntries, breaker: breakerOptions, shed: sheddingOptions },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
