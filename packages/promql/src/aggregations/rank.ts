import type { Grouping } from '../words/ast.ts'
import { EvaluationError } from '../words/errors.ts'
import { formatFloat } from '../numbers/float-format.ts'
import { Frame } from '../plans/frame.ts'
import type { ScalarPlan, VectorPlan } from '../plans/plan.ts'
import { sortInSteps } from '../words/sort-in-steps.ts'
import { LABELS_OF_STEP } from '../words/steps.ts'
import { emptyMembers, Groups } from './grouping.ts'

/** NaN is worst for both. */
function order(a: number, b: number, descending: boolean): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  if (Number.isNaN(b)) return -1
  return descending ? b - a : a - b
}

/** `topk` and `bottomk`: the k best samples of each group, unchanged, best first. */
export function ranking(top: boolean, grouping: Grouping, parameter: ScalarPlan, input: VectorPlan): VectorPlan {
  const groups = new Groups<number[]>(grouping, () => [])
  const frame = new Frame()
  return {
    type: 'instant vector',
    *evaluate(context) {
      const wanted = yield* parameter.evaluate(context)
      checkCount(wanted)
      const vector = yield* input.evaluate(context)
      frame.clear()
      const k = Math.min(Math.trunc(wanted), vector.length)
      if (k < 1) return frame
      groups.begin(vector.length)
      for (let i = 0; i < vector.length; i++) {
        const labels = vector.labels[i]
        if (labels !== undefined) groups.enter(labels, emptyMembers).push(i)
        if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      }
      for (const { state: members } of groups.live) {
        yield* sortInSteps(members, (a, b) => order(vector.values[a] ?? NaN, vector.values[b] ?? NaN, top))
        for (let i = 0; i < k && i < members.length; i++) {
          const at = members[i] ?? 0
          const labels = vector.labels[at]
          if (labels !== undefined) frame.push(labels, vector.values[at] ?? NaN)
        }
      }
      return frame
    },
  }
}

/** Prometheus counts in 64-bit integers. */
function checkCount(wanted: number): void {
  if (Number.isNaN(wanted)) throw new EvaluationError('Parameter value is NaN')
  if (Math.abs(wanted) < 2 ** 63) return
  throw new EvaluationError(`Scalar value ${formatFloat(wanted)} ${wanted < 0 ? 'underflows' : 'overflows'} int64`)
}
