import type { Response } from '@homeostat/optimizer'
import { slowQueries } from './rules.ts'

export const optimizeSlowQueries: Response = {
  to: { alert: slowQueries.alert },
  action: 'query.optimize',
  priority: 'efficiency',
  cooldownMs: 300_000,
  timeoutMs: 10_000,
}

export const responses: readonly Response[] = [optimizeSlowQueries]
