import { isComparison, isSetOperator, type Binary } from '../words/ast.ts'
import { EvaluationError } from '../words/errors.ts'
import type { Frame } from '../plans/frame.ts'
import type { Labels } from '../words/labels.ts'
import type { EvaluationContext, VectorPlan } from '../plans/plan.ts'
import type { Steps } from '../words/steps.ts'
import { ARITHMETIC, COMPARISON } from './arithmetic.ts'
import { Pairing } from './pairing.ts'

/**
 * A binary operation between two vectors whose samples are paired by their matching labels.
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching
 */
export class MatchingPlan implements VectorPlan {
  readonly type = 'instant vector'
  readonly #left: VectorPlan
  readonly #right: VectorPlan
  readonly #operation: (left: number, right: number) => number | boolean
  readonly #isFilter: boolean
  readonly #oneIsLeft: boolean
  readonly #pairing: Pairing
  // The pairs of the vectors seen last, here and not in objects that lie elsewhere in memory.
  #leftLabels: readonly Labels[] | undefined
  #rightLabels: readonly Labels[] | undefined
  #leftLength = 0
  #rightLength = 0
  #labels: readonly Labels[] = []
  /** Places in the vectors; `undefined` when each sample's partner is at its own place. */
  #leftPlaces: readonly number[] | undefined
  #rightPlaces: readonly number[] | undefined

  constructor(expr: Binary, left: VectorPlan, right: VectorPlan) {
    const { operator, matching, bool } = expr
    if (isSetOperator(operator)) throw new EvaluationError(`set operator ${operator} has its own plan`)
    this.#left = left
    this.#right = right
    this.#operation = isComparison(operator) ? COMPARISON[operator] : ARITHMETIC[operator]
    this.#isFilter = isComparison(operator) && !bool
    this.#oneIsLeft = matching.cardinality === 'one-to-many'
    this.#pairing = new Pairing(expr)
  }

  *evaluate(context: EvaluationContext): Steps<Frame> {
    const left = yield* this.#left.evaluate(context)
    const right = yield* this.#right.evaluate(context)
    const frame = context.frames.take()
    if (left.length === 0 || right.length === 0) return frame.clear()
    if (
      left.labels !== this.#leftLabels ||
      right.labels !== this.#rightLabels ||
      left.length !== this.#leftLength ||
      right.length !== this.#rightLength
    )
      yield* this.#pairUp(left, right)
    const labels = this.#labels
    const leftPlaces = this.#leftPlaces
    const rightPlaces = this.#rightPlaces
    const operation = this.#operation
    frame.follow(labels, true)
    for (let i = 0; i < labels.length; i++) {
      const a = left.values[leftPlaces === undefined ? i : (leftPlaces[i] ?? 0)] ?? NaN
      const b = right.values[rightPlaces === undefined ? i : (rightPlaces[i] ?? 0)] ?? NaN
      const result = operation(a, b)
      if (!this.#isFilter) frame.put(i, Number(result))
      else if (result === true) frame.put(i, a)
    }
    return frame
  }

  *#pairUp(left: Frame, right: Frame): Steps<void> {
    // Should it fail, the next evaluation must fail as well.
    this.#leftLabels = undefined
    const { labels, many, one } = yield* this.#oneIsLeft ? this.#pairing.of(right, left) : this.#pairing.of(left, right)
    const straight = many.every((place, i) => place === i && one[i] === i)
    this.#labels = labels
    this.#leftPlaces = straight ? undefined : this.#oneIsLeft ? one : many
    this.#rightPlaces = straight ? undefined : this.#oneIsLeft ? many : one
    this.#leftLabels = left.stable ? left.labels : undefined
    this.#rightLabels = right.stable ? right.labels : undefined
    this.#leftLength = left.length
    this.#rightLength = right.length
  }
}
