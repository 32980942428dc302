import type { Response } from '@homeostat/optimizer'
import { slowQueries, slowStatements } from './rules.ts'

export const optimizeSlowQueries: Response = {
  to: { alert: slowQueries.alert },
  action: 'query.optimize',
  priority: 'efficiency',
  cooldownMs: 300_000,
  timeoutMs: 10_000,
  // The action only advises: what changes afterwards is what a person has done by then.
  expect: { expr: slowStatements, direction: 'down', settleMs: 60_000, windowMs: 60_000 },
}

export const responses: readonly Response[] = [optimizeSlowQueries]
