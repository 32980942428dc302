import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { callback, group, LONGEST_MS, number, signalOptions, wholeNumber } from '@homeostat/signals/options'
import type { PoolName } from './signals/pools.ts'

/** Options of `PgInstrumentation`. */
export interface PgInstrumentationConfig extends SignalInstrumentationConfig {
  /** A statement that takes this long or longer is a slow query, in milliseconds. @default 200 */
  slowQueryThresholdMs?: number
  /**
   * Names a pool in telemetry. Return a fixed name, never anything of unbounded variety.
   * @default `host:port/database`, with `#2`, `#3`... while another pool has that name
   */
  poolName?: PoolName
  /** Most slow statements counted separately; further summaries share `(other)`, and the cheapest statement in memory makes room. @default 500 */
  maxStatements?: number
}

export const DEFAULTS = { slowQueryThresholdMs: 200, maxStatements: 500 } as const

export const instrumentationEntries: OptionEntries<PgInstrumentationConfig> = {
  slowQueryThresholdMs: number({
    least: 0,
    most: LONGEST_MS,
    unit: 'ms',
    default: DEFAULTS.slowQueryThresholdMs,
    description: 'a statement that takes this long or longer is a slow query',
  }),
  poolName: callback({
    defaultWords: '`host:port/database`',
    description: 'name of a pool in telemetry; a name that is taken gets `#2`, `#3`... while the other pool lives',
  }),
  maxStatements: wholeNumber({
    least: 0,
    most: 10_000,
    default: DEFAULTS.maxStatements,
    description: 'most slow statements counted separately; further summaries share `(other)`',
  }),
  ...signalOptions,
}

/** The schema of `new PgInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<PgInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
