import { isComparison, isSetOperator, type Binary } from '../ast.ts'
import { EvaluationError } from '../errors.ts'
import { DerivedLabels, type Frame } from '../frame.ts'
import { METRIC_NAME, type Labels } from '../labels.ts'
import { underscoreLabel } from '../names.ts'
import type { VectorPlan } from '../plan.ts'
import { ARITHMETIC, COMPARISON } from './arithmetic.ts'
import { SameLabels } from '../same-labels.ts'
import { matchGroups } from './match-group.ts'

/** Samples that belong together, by their places in the two vectors, and the labels of what they give. */
interface Pairs {
  readonly labels: readonly Labels[]
  readonly many: readonly number[]
  readonly one: readonly number[]
}

/** Labels of one pair's result, from the "many" side and the "one" side. */
type ResultLabels = (many: Labels, one: Labels) => Labels

function resultLabels(expr: Binary): ResultLabels {
  const { matching } = expr
  const names = matching.labels.map(underscoreLabel)
  const include = matching.include.map(underscoreLabel)
  // Arithmetic between vectors drops the name at once; `bool` leaves it to the end of the expression.
  const arithmetic = !isComparison(expr.operator)
  return (many, one) => {
    let labels = arithmetic ? many.withoutName : expr.bool ? many.losingName : many
    if (matching.cardinality === 'one-to-one') labels = matching.on ? labels.keep(names) : labels.drop(names)
    for (const name of include) labels = labels.with(name, one.get(name))
    return labels
  }
}

/**
 * A binary operation between two vectors whose samples are paired by their matching labels.
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching
 */
export function vectorOperation(expr: Binary, left: VectorPlan, right: VectorPlan): VectorPlan {
  const { operator, matching, bool } = expr
  if (isSetOperator(operator)) throw new EvaluationError(`set operator ${operator} has its own plan`)
  const oneIsLeft = matching.cardinality === 'one-to-many'
  const calculate = isComparison(operator) ? undefined : ARITHMETIC[operator]
  const compare = isComparison(operator) ? COMPARISON[operator] : undefined
  const grouped = matching.cardinality !== 'one-to-one'
  const groups = matchGroups(matching)
  const label = resultLabels(expr)
  // Include labels depend on the partner, so the memory is per partner there.
  const remembered = new DerivedLabels(one => new DerivedLabels(many => label(many, one)))
  const results = new Set<string>()
  const sameMany = new SameLabels()
  const sameOne = new SameLabels()
  let pairs: Pairs = { labels: [], many: [], one: [] }
  let round = 0

  const indexOnes = (one: Frame): void => {
    for (let i = 0; i < one.length; i++) {
      const labels = one.labels[i]
      if (labels === undefined) continue
      const group = groups.get(labels)
      if (group.presentIn === round)
        throw duplicate(group.labels, one.labels[group.index] ?? labels, labels, oneIsLeft ? 'left' : 'right')
      group.presentIn = round
      group.index = i
    }
  }

  /** Pairs follow from labels alone, so that they are found again only when these are other ones. */
  const pairUp = (many: Frame, one: Frame): void => {
    if (sameMany.has(many) && sameOne.has(one)) return
    // Should it fail, the next evaluation must fail as well.
    sameMany.forget()
    const found = { labels: [] as Labels[], many: [] as number[], one: [] as number[] }
    groups.trim(many.length + one.length)
    remembered.trim(one.length)
    round += 1
    indexOnes(one)
    if (grouped) results.clear()
    for (let i = 0; i < many.length; i++) {
      const labels = many.labels[i]
      if (labels === undefined) continue
      const group = groups.get(labels)
      const partner = one.labels[group.index]
      if (group.presentIn !== round || partner === undefined) continue
      const memory = remembered.get(partner)
      memory.trim(many.length)
      const result = memory.get(labels)
      // Whatever the values are: an ambiguous match is an error although the comparison would filter it.
      if (grouped ? results.has(result.key) : group.takenIn === round) throw ambiguous(grouped)
      if (grouped) results.add(result.key)
      group.takenIn = round
      found.labels.push(result)
      found.many.push(i)
      found.one.push(group.index)
    }
    pairs = found
    sameMany.remember(many)
    sameOne.remember(one)
  }

  return {
    type: 'instant vector',
    evaluate(context) {
      const lhs = left.evaluate(context)
      const rhs = right.evaluate(context)
      const many = oneIsLeft ? rhs : lhs
      const one = oneIsLeft ? lhs : rhs
      const frame = context.frames.take().clear()
      if (many.length === 0 || one.length === 0) return frame
      pairUp(many, one)
      const { labels } = pairs
      const leftPlaces = oneIsLeft ? pairs.one : pairs.many
      const rightPlaces = oneIsLeft ? pairs.many : pairs.one
      frame.follow(labels, true)
      for (let i = 0; i < labels.length; i++) {
        const a = lhs.values[leftPlaces[i] ?? 0] ?? NaN
        const b = rhs.values[rightPlaces[i] ?? 0] ?? NaN
        if (calculate !== undefined) frame.put(i, calculate(a, b))
        else if (bool) frame.put(i, compare?.(a, b) === true ? 1 : 0)
        else if (compare?.(a, b) === true) frame.put(i, a)
      }
      return frame
    },
  }
}

function duplicate(group: Labels, first: Labels, second: Labels, side: 'left' | 'right'): EvaluationError {
  const [a, b] = [first.toString(), second.toString()].toSorted()
  return new EvaluationError(
    `found duplicate series for the match group ${group.drop([METRIC_NAME]).toString()} on the ${side} hand-side of the operation: ` +
      `[${a}, ${b}];many-to-many matching not allowed: matching labels must be unique on one side`,
  )
}

function ambiguous(grouped: boolean): EvaluationError {
  return new EvaluationError(
    grouped
      ? 'multiple matches for labels: grouping labels must ensure unique matches'
      : 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
  )
}
