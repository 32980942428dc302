import type { Action } from '@homeostat/optimizer'
import { SeenLockWaits } from '../diagnosis/seen-lock-waits.ts'
import type { PgInstrumentation } from '../instrumentation.ts'
import { optimizeQueries } from './optimize-queries.ts'
import type { QueryOptimizeOptions } from './optimize-defaults.ts'

export type { QueryOptimizeOptions } from './optimize-defaults.ts'

/**
 * `query.optimize`: has the slowest statements explained with the values they were slow with and says which index they
 * lack. It is advice: the action only ever plans, on a connection of its own in a transaction that cannot write.
 *
 * @throws NothingExaminedError when there were slow statements and not one could be examined
 */
export function createQueryOptimize(
  instrumentation: PgInstrumentation,
  defaults: QueryOptimizeOptions = {},
): Action<QueryOptimizeOptions> {
  return optimizeQueries(instrumentation, defaults, new SeenLockWaits())
}
