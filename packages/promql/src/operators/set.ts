import type { Matching, SetOperator } from '../ast.ts'
import { Frame } from '../frame.ts'
import type { VectorPlan } from '../plan.ts'
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
  const collect = (from: Frame): void => {
    for (let i = 0; i < from.length; i++) {
      const labels = from.labels[i]
      if (labels !== undefined) groups.get(labels).presentIn = round
    }
  }
  const copy = (from: Frame, wanted: boolean | undefined): void => {
    for (let i = 0; i < from.length; i++) {
      const labels = from.labels[i]
      if (labels === undefined) continue
      if (wanted === undefined || (groups.get(labels).presentIn === round) === wanted)
        frame.push(labels, from.values[i] ?? NaN)
    }
  }
  return {
    type: 'instant vector',
    evaluate(context) {
      const lhs = left.evaluate(context)
      const rhs = right.evaluate(context)
      frame.clear()
      groups.trim(lhs.length + rhs.length)
      round += 1
      if (operator === 'or') {
        collect(lhs)
        copy(lhs, undefined)
        copy(rhs, false)
      } else {
        collect(rhs)
        copy(lhs, operator === 'and')
      }
      return frame
    },
  }
}
