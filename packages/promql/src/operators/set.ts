import type { Matching, SetOperator } from '../words/ast.ts'
import { Frame } from '../plans/frame.ts'
import type { VectorPlan } from '../plans/plan.ts'
import { LABELS_OF_STEP, type Steps } from '../words/steps.ts'
import { matchGroups } from './match-group.ts'

/** `and`, `or`, `unless`: which samples stay, decided by the matching labels alone. */
export function setOperation(
  operator: SetOperator,
  matching: Matching,
  left: VectorPlan,
  right: VectorPlan,
): VectorPlan {
  const groups = matchGroups(matching)
  const frame = new Frame()
  let round = 0
  const collect = function* (from: Frame): Steps<void> {
    for (let i = 0; i < from.length; i++) {
      const labels = from.labels[i]
      if (labels !== undefined) groups.get(labels).presentIn = round
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
    }
  }
  const copy = function* (from: Frame, wanted: boolean | undefined): Steps<void> {
    for (let i = 0; i < from.length; i++) {
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      const labels = from.labels[i]
      if (labels === undefined) continue
      if (wanted === undefined || (groups.get(labels).presentIn === round) === wanted)
        frame.push(labels, from.values[i] ?? NaN)
    }
  }
  return {
    type: 'instant vector',
    *evaluate(context) {
      const lhs = yield* left.evaluate(context)
      const rhs = yield* right.evaluate(context)
      frame.clear()
      groups.trim(lhs.length + rhs.length)
      round += 1
      if (operator === 'or') {
        yield* collect(lhs)
        yield* copy(lhs, undefined)
        yield* copy(rhs, false)
      } else {
        yield* collect(rhs)
        yield* copy(lhs, operator === 'and')
      }
      return frame
    },
  }
}
