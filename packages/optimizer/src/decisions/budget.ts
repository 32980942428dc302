import type { Action } from '../words/action.ts'
import { isAdvice } from '../words/action.ts'
import type { BudgetLimits, Remaining } from '../words/budget-limits.ts'
import type { Proposal } from '../words/decision.ts'
import type { Trial } from '../words/trial.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** What was spent of the budgets in the last hour, over all actions. */
export interface Spending {
  readonly ofAction: ReadonlyMap<string, number>
  readonly runs: number
  readonly running: number
  readonly blockedMs: number
}

/** The trials of the last hours. */
export interface RecentTrials {
  /** Those that began after a time. */
  since(time: number): readonly Trial[]
}

/**
 * Counts what was spent. A withheld run counts like one that was made: were it free, the arms of a trial would be drawn
 * under different conditions.
 */
export function spendingOf(
  trials: RecentTrials,
  now: number,
  isCounted: (trial: Trial) => boolean = () => true,
): Spending {
  const ofAction = new Map<string, number>()
  const counted = trials.since(now - HOUR_MS).filter(trial => trial.arm !== 'shadow' && isCounted(trial))
  for (const { action } of counted) ofAction.set(action, (ofAction.get(action) ?? 0) + 1)
  return {
    ofAction,
    runs: counted.length,
    running: counted.filter(({ state }) => state === 'running').length,
    blockedMs: counted.reduce((sum, trial) => sum + blockedMs(trial, now - MINUTE_MS), 0),
  }
}

const BUDGETS = [
  'runsPerHourOfAction',
  'runsPerHour',
  'concurrentRuns',
  'blockedMsPerMinute',
] as const satisfies (keyof BudgetLimits)[]

/** What is left of each budget for an action, with what is about to be done. */
export function remainingBudget(
  action: string,
  spending: Spending,
  due: readonly Proposal[],
  limits: BudgetLimits,
): readonly Remaining[] {
  return BUDGETS.map(budget => ({
    budget,
    remaining: Math.max(0, limits[budget] - usedOf(budget, action, spending, due)),
    limit: limits[budget],
  }))
}

/** The first budget of which nothing is left for an action. Asked for every proposal, so it makes no list. */
export function spentBudget(
  action: string,
  spending: Spending,
  due: readonly Proposal[],
  limits: BudgetLimits,
): keyof BudgetLimits | undefined {
  for (const budget of BUDGETS) if (usedOf(budget, action, spending, due) >= limits[budget]) return budget
  return undefined
}

function usedOf(budget: keyof BudgetLimits, action: string, spending: Spending, due: readonly Proposal[]): number {
  switch (budget) {
    case 'runsPerHourOfAction': {
      let used = spending.ofAction.get(action) ?? 0
      for (const proposal of due) if (proposal.action.name === action) used++
      return used
    }
    case 'runsPerHour':
      return spending.runs + due.length
    case 'concurrentRuns':
      return spending.running + due.length
    case 'blockedMsPerMinute':
      return spending.blockedMs
  }
}

/** What is left of the budgets of each action. Advice spends none. */
export function budgetsLeft(
  actions: Iterable<Action>,
  spending: Spending,
  limits: BudgetLimits,
): { readonly action: string; readonly remaining: readonly Remaining[] }[] {
  return [...actions]
    .filter(action => !isAdvice(action))
    .map(({ name }) => ({ action: name, remaining: remainingBudget(name, spending, [], limits) }))
}

function blockedMs(trial: Trial, since: number): number {
  if (trial.state === 'running' || trial.endedAt <= since || trial.outcome.status !== 'completed') return 0
  return trial.outcome.receipt.blockedMs ?? 0
}
