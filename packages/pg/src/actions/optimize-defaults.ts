/** Defaults of `query.optimize`. */
export const OPTIMIZE_DEFAULTS = {
  maxStatements: 5,
  withinMs: 600_000,
  minTableRows: 10_000,
  maxSelectivity: 0.05,
} as const
