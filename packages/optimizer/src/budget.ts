import type { Proposal } from './decision.ts'
import type { Trial } from './trial.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** How much the loop may do, all in all; the defaults are those of the semantics in loop research §3.6. */
export interface BudgetLimits {
  /** Runs an hour of one action. @default 6 */
  readonly runsPerHourOfAction: number
  /** Runs an hour of all actions of the process. @default 20 */
  readonly runsPerHour: number
  /** Runs at the same time. @default 2 */
  readonly concurrentRuns: number
  /** Milliseconds a minute for which actions may hold the event loop, as their receipts say. @default 50 */
  readonly blockedMsPerMinute: number
}

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

/**
 * What is left of each budget for an action. A withheld run counts like one that was made: were it free, the arms of a
 * trial would be drawn under different conditions.
 */
export function remainingBudget(
  action: string,
  trials: readonly Trial[],
  due: readonly Proposal[],
  limits: BudgetLimits,
  now: number,
): readonly Remaining[] {
  const counted = trials.filter(trial => trial.arm !== 'shadow' && trial.startedAt > now - HOUR_MS)
  const ofAction = counted.filter(trial => trial.action === action).length
  const dueOfAction = due.filter(proposal => proposal.action.name === action).length
  const running = trials.filter(trial => trial.state === 'running').length
  const used: Record<keyof BudgetLimits, number> = {
    runsPerHourOfAction: ofAction + dueOfAction,
    runsPerHour: counted.length + due.length,
    concurrentRuns: running + due.length,
    blockedMsPerMinute: counted.reduce((sum, trial) => sum + blockedMs(trial, now - MINUTE_MS), 0),
  }
  return (Object.keys(used) as (keyof BudgetLimits)[]).map(budget => ({
    budget,
    remaining: Math.max(0, limits[budget] - used[budget]),
    limit: limits[budget],
  }))
}

function blockedMs(trial: Trial, since: number): number {
  if (trial.state === 'running' || trial.endedAt <= since || trial.outcome.status !== 'completed') return 0
  return trial.outcome.receipt.blockedMs ?? 0
}
