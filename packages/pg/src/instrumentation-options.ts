import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { callback, flag, group, LONGEST_MS, number, signalOptions, wholeNumber } from '@homeostat/signals/options'
import type { PoolName } from './signals/pool-name.ts'

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
  /**
   * A connection that is checked out and on which no statement has run for so long counts as leaked, in milliseconds. One that listens for
   * notifications never does.
   * @default 60000
   */
  leakAfterMs?: number
  /** Keeps the place of each checkout, so that a leak names it. It costs some microseconds per checkout. @default false */
  captureCheckouts?: boolean
}

export const DEFAULTS = {
  slowQueryThresholdMs: 200,
  maxStatements: 500,
  leakAfterMs: 60_000,
  captureCheckouts: false,
} as const

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
  leakAfterMs: wholeNumber({
    least: 1000,
    most: LONGEST_MS,
    unit: 'ms',
    default: DEFAULTS.leakAfterMs,
    description: 'a connection that is checked out and silent for so long counts as leaked',
  }),
  captureCheckouts: flag({
    default: DEFAULTS.captureCheckouts,
    description: 'keep the place of each checkout, so that a leak names it',
  }),
  ...signalOptions,
}

/** The schema of `new PgInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<PgInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
