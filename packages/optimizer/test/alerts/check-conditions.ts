import fc from 'fast-check'
import { advanceCondition, INACTIVE, isActionable, isFiring } from '../../src/alerts/condition.ts'
import type { Condition } from '../../src/alerts/condition.ts'
import { ConditionModel, conditionTrace } from './condition-model.ts'
import type { ConditionTrace } from './condition-model.ts'
import { EvaluationTimes } from './evaluation-times.ts'

/** Counts of what was compared: for the report, and to check that the traces reach enough transitions. */
export interface Compared {
  traces: number
  steps: number
  transitions: number
}

/** Compares condition and model step by step; throws with the smallest trace in which they differ. */
export function checkConditions(numRuns: number, seed: number): Compared {
  const compared: Compared = { traces: 0, steps: 0, transitions: 0 }
  fc.assert(
    fc.property(conditionTrace, trace => {
      compared.traces++
      compared.steps += trace.evaluations.length
      compared.transitions += compare(trace)
    }),
    { numRuns, seed },
  )
  return compared
}

function compare({ policy, evaluations }: ConditionTrace): number {
  const model = new ConditionModel(policy)
  const times = new EvaluationTimes()
  let condition: Condition = INACTIVE
  for (const evaluation of evaluations) {
    condition = advanceCondition(condition, evaluation.reading, times.next(evaluation.at), policy)
    const expected = model.evaluate(evaluation)
    const seen = {
      isFiring: isFiring(condition),
      isPending: condition.state === 'pending',
      isActionable: isActionable(condition),
    }
    if (JSON.stringify(seen) !== JSON.stringify(expected)) {
      const what = `at ${evaluation.at - policy.startedAt} ms: ${JSON.stringify(seen)}, expected ${JSON.stringify(expected)}`
      throw new Error(`${what}; ${JSON.stringify(condition)}`)
    }
  }
  return model.transitions.length
}
