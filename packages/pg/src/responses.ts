import type { Response } from '@homeostat/optimizer'
import { slowQueries } from './rules.ts'

/** Explains slow statements and names the index to create, when `SlowQueries` fires. */
export const optimizeSlowQueries: Response = {
  to: { alert: slowQueries.alert },
  action: 'query.optimize',
  priority: 'efficiency',
  cooldownMs: 300_000,
  timeoutMs: 10_000,
}

/** The responses of the pg domain. */
export const responses: readonly Response[] = [optimizeSlowQueries]
