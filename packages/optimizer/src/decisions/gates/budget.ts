import { counted } from '@homeostat/signals'
import type { BudgetLimits } from '../../words/budget-limits.ts'
import { spentBudget } from '../budget.ts'
import type { Gate } from '../gate.ts'

const SPENT: Record<keyof BudgetLimits, (limit: number) => string> = {
  runsPerHourOfAction: limit => `it ran ${counted(limit, 'time')} within an hour`,
  runsPerHour: limit => `all actions together ran ${counted(limit, 'time')} within an hour`,
  concurrentRuns: limit => `${counted(limit, 'action runs', 'actions run')} already`,
  blockedMsPerMinute: limit => `actions have held the event loop for ${limit} ms or more within a minute`,
}

export const budgetGate: Gate = {
  reason: 'budget',
  refuse: ({ action }, { spending, due, budget }) => {
    const spent = spentBudget(action.name, spending, due, budget)
    return spent && SPENT[spent](budget[spent])
  },
}
