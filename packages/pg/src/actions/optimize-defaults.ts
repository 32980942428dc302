import type { AdviceThresholds } from '../indexes/thresholds.ts'

/** Options of the action `query.optimize`. */
export interface QueryOptimizeOptions extends Partial<AdviceThresholds> {
  /** Most statements examined in one run, those with the most time in total. @default 5 */
  readonly maxStatements?: number
  /** Only statements that were slow within this time, in milliseconds. @default 600000 */
  readonly withinMs?: number
}

/** Defaults of `query.optimize`. */
export const OPTIMIZE_DEFAULTS = {
  maxStatements: 5,
  withinMs: 600_000,
  minTableRows: 10_000,
  maxSelectivity: 0.05,
} as const
