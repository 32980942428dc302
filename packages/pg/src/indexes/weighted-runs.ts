import type { SlowStatement } from '../signals/slow-statements.ts'
import type { Explained } from './explain.ts'
import { groupBy } from './grouping.ts'
import { keyOfQuestion } from './sampled-rows.ts'

/** A text and values with which a statement was sent, and how often among the runs that are kept. */
export interface WeightedRun extends Explained {
  readonly count: number
}

type Sent = Pick<SlowStatement, 'text' | 'bindValues' | 'otherRuns'>

/** The last one first, then those that were sent most often. */
export function weightedRuns({ text, bindValues, otherRuns = [] }: Sent): readonly WeightedRun[] {
  if (bindValues.length === 0) return [{ text, values: undefined, count: 1 }]
  const sent = [...bindValues.toReversed().map(values => ({ text, values })), ...otherRuns]
  const groups = groupBy(sent, each => keyOfQuestion(each.text, each.values))
  const [last, ...others] = [...groups.values()].map(group => ({ ...group[0]!, count: group.length }))
  return [last!, ...others.toSorted((a, b) => b.count - a.count)]
}
