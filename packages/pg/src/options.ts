import type { OptionSchema } from '@homeostat/signals/options'
import { group, LONGEST_MS, number, wholeNumber } from '@homeostat/signals/options'
import type { CreateIndexOptions } from './actions/create-index/create-index-options.ts'
import { createIndexSchema } from './actions/create-index/create-index-schema.ts'
import { OPTIMIZE_DEFAULTS, type QueryOptimizeOptions } from './actions/optimize-defaults.ts'
import type { PgInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'

/** Options of the pg domain: those of its instrumentation, rules and actions. */
export interface PgOptions extends PgInstrumentationConfig {
  /** What `query.optimize` and `query.createIndex` look at and when an index is worth it. @default the defaults of its members */
  optimize?: QueryOptimizeOptions
  /** Lets `query.createIndex` create indexes in mode `act`, in the schemas that it lists. @default off */
  createIndex?: CreateIndexOptions
}

/** The schema of the options of `query.optimize`, those that a response gives included. */
export const optimizeOptions: OptionSchema<QueryOptimizeOptions> = group<QueryOptimizeOptions>(
  {
    maxStatements: wholeNumber({
      least: 1,
      most: 100,
      default: OPTIMIZE_DEFAULTS.maxStatements,
      description: 'most statements examined in one run, those with the most time in total',
    }),
    withinMs: wholeNumber({
      least: 1,
      most: 7 * LONGEST_MS,
      unit: 'ms',
      default: OPTIMIZE_DEFAULTS.withinMs,
      description: 'only statements that were slow within this time',
    }),
    minTableRows: number({
      least: 0,
      most: 1e12,
      default: OPTIMIZE_DEFAULTS.minTableRows,
      description: 'smaller tables get no index',
    }),
    maxSelectivity: number({
      least: 0,
      most: 1,
      default: OPTIMIZE_DEFAULTS.maxSelectivity,
      description: "largest share of a table's rows for which an index pays",
    }),
  },
  { description: 'what `query.optimize` looks at and when it advises an index' },
)

/** The schema of `pg(options)` and of the key `pg` of `homeostat()`. */
export const pgOptions: OptionSchema<PgOptions> = group<PgOptions>(
  { ...instrumentationEntries, optimize: optimizeOptions, createIndex: createIndexSchema },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
