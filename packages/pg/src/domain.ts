import type { Domain } from '@homeostat/optimizer'
import { createIdleConnections } from './actions/idle-connections.ts'
import type { QueryOptimizeOptions } from './actions/query-optimize.ts'
import { createQueryOptimize } from './actions/query-optimize.ts'
import type { PgInstrumentationConfig } from './instrumentation.ts'
import { PgInstrumentation } from './instrumentation.ts'
import { responses } from './responses.ts'
import { rules } from './rules.ts'

export { createIdleConnections, type IdleConnectionsOptions } from './actions/idle-connections.ts'
export { createQueryOptimize, type QueryOptimizeOptions } from './actions/query-optimize.ts'
export { optimizeSlowQueries, responses } from './responses.ts'
export { poolExhausted, rules, slowQueries } from './rules.ts'

export interface PgOptions extends PgInstrumentationConfig {
  /** What `query.optimize` looks at and when it advises an index. */
  optimize?: QueryOptimizeOptions
}

/**
 * Everything for Postgres: signals, the rules `SlowQueries` and `PoolExhausted`, the action `query.optimize`, and the
 * reclaimer of idle pool connections.
 *
 * @example
 * ```ts
 * const h = homeostat({ domains: [pg({ slowQueryThresholdMs: 100 })] })
 * ```
 */
export function pg(options: PgOptions = {}): Domain<PgInstrumentation> {
  const { optimize, ...config } = options
  const instrumentation = new PgInstrumentation(config)
  return {
    name: 'pg',
    instrumentation,
    rules,
    responses,
    actions: [createQueryOptimize(instrumentation, optimize)],
    knobs: [],
    reclaimers: [createIdleConnections(instrumentation)],
  }
}
