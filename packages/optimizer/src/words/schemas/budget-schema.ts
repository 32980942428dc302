import type { OptionSchema } from '@homeostat/signals/options'
import { group, number, wholeNumber } from '@homeostat/signals/options'
import type { BudgetLimits } from '../budget-limits.ts'
import { DEFAULT_BUDGET } from '../budget-limits.ts'

/** The schema of the limits of what the loop may do. 0 allows nothing. */
export const budgetSchema: OptionSchema<Partial<BudgetLimits>> = group<Partial<BudgetLimits>>(
  {
    runsPerHourOfAction: wholeNumber({
      least: 0,
      most: 100_000,
      default: DEFAULT_BUDGET.runsPerHourOfAction,
      description: 'most runs of one action per hour',
    }),
    runsPerHour: wholeNumber({
      least: 0,
      most: 100_000,
      default: DEFAULT_BUDGET.runsPerHour,
      description: 'most runs of all actions of the process per hour',
    }),
    concurrentRuns: wholeNumber({
      least: 0,
      most: 1000,
      default: DEFAULT_BUDGET.concurrentRuns,
      description: 'most runs at the same time',
    }),
    blockedMsPerMinute: number({
      least: 0,
      most: 60_000,
      unit: 'ms',
      default: DEFAULT_BUDGET.blockedMsPerMinute,
      description: 'how long actions may hold the event loop per minute, by their receipts',
    }),
  },
  { description: 'limits of all actions together' },
)
