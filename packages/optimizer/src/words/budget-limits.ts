/** How much the loop may do, all in all. */
export interface BudgetLimits {
  /** Runs an hour of one action. @default 6 */
  readonly runsPerHourOfAction: number
  /** Runs an hour of all actions of the process. @default 20 */
  readonly runsPerHour: number
  /** Runs at the same time. @default 2 */
  readonly concurrentRuns: number
  /** Milliseconds per minute for which actions may hold the event loop, by their receipts. @default 50 */
  readonly blockedMsPerMinute: number
}

/** The budget that applies where the options give none. */
export const DEFAULT_BUDGET: BudgetLimits = {
  runsPerHourOfAction: 6,
  runsPerHour: 20,
  concurrentRuns: 2,
  blockedMsPerMinute: 50,
}

/** What is left of one budget. */
export interface Remaining {
  readonly budget: keyof BudgetLimits
  readonly remaining: number
  readonly limit: number
}
