import type { Aggregation, Grouping } from '../words/ast.ts'
import { placeOf } from '../words/annotation.ts'
import { EvaluationError } from '../words/errors.ts'
import { formatPlain } from '../numbers/float-format.ts'
import { Frame, UniqueLabels } from '../plans/frame.ts'
import { quantile, quantileWarning } from '../numbers/quantile.ts'
import { underscoreLabel } from '../words/names.ts'
import type { EvaluationContext, ScalarPlan, VectorPlan } from '../plans/plan.ts'
import { LABELS_OF_STEP, type Steps } from '../words/steps.ts'
import { isValidUtf8, quote } from '../syntax/string.ts'
import { FOLDS, type Fold } from './fold.ts'
import { emptyMembers, groupLabels, Groups } from './grouping.ts'
import { Partition } from './partition.ts'
import { ranking } from './rank.ts'
import { EMPTY_LABELS, type Labels } from '../words/labels.ts'

/** The evaluated parameter of an aggregation: a number, a string, or none. */
export type AggregationParameter = ScalarPlan | { readonly type: 'string'; readonly value: string } | undefined

/** Makes the plan of an aggregation from the plans of its parameter and operand. */
export function aggregationPlan(
  expr: Aggregation,
  source: string,
  parameter: AggregationParameter,
  input: VectorPlan,
): VectorPlan {
  const { operator, grouping } = expr
  switch (operator) {
    case 'topk':
    case 'bottomk':
      return ranking(operator === 'topk', grouping, scalarOf(parameter), input)
    case 'quantile':
      return quantilePlan(grouping, scalarOf(parameter), input, placeOf(source, expr.parameter ?? expr))
    case 'count_values':
      return countValues(grouping, parameter?.type === 'string' ? parameter.value : '', input)
    case 'sum':
    case 'avg':
    case 'count':
    case 'min':
    case 'max':
    case 'group':
    case 'stddev':
    case 'stdvar':
      return new FoldPlan(grouping, FOLDS[operator], input)
  }
}

function scalarOf(parameter: AggregationParameter): ScalarPlan {
  if (parameter?.type !== 'scalar') throw new EvaluationError('aggregation parameter must be a scalar')
  return parameter
}

/** Every group folded into one value. */
class FoldPlan implements VectorPlan {
  readonly type = 'instant vector'
  readonly #partition: Partition
  readonly #folds: (count: number) => readonly Fold[]
  readonly #input: VectorPlan
  // What follows from the labels of the vector seen last, here and not in objects that lie elsewhere in memory.
  #from: readonly Labels[] | undefined
  #length = 0
  #to: readonly Labels[] = []
  #count = 0

  /** @param folds one per group, lent by all aggregations of this kind: memory that is always in the cache */
  constructor(grouping: Grouping, folds: (count: number) => readonly Fold[], input: VectorPlan) {
    this.#partition = new Partition(grouping)
    this.#folds = folds
    this.#input = input
  }

  *evaluate(context: EvaluationContext): Steps<Frame> {
    const vector = yield* this.#input.evaluate(context)
    if (vector.labels !== this.#from || vector.length !== this.#length) yield* this.#group(vector)
    // The folds are lent, so there is no rest from here on.
    const { values, length } = vector
    const count = this.#count
    const states = this.#folds(count)
    if (count === 1) for (let i = 0; i < length; i++) states[0]?.add(values[i] ?? NaN)
    else {
      const { numbers } = this.#partition
      for (let i = 0; i < length; i++) states[numbers[i] ?? 0]?.add(values[i] ?? NaN)
    }
    const frame = context.frames.take().follow(this.#to, true)
    for (let i = 0; i < count; i++) frame.put(i, states[i]?.value ?? NaN)
    return frame
  }

  *#group(vector: Frame): Steps<void> {
    const partition = this.#partition
    this.#from = undefined
    yield* partition.update(vector)
    this.#from = vector.stable ? vector.labels : undefined
    this.#length = vector.length
    this.#to = partition.labels
    this.#count = partition.labels.length
  }
}

function quantilePlan(grouping: Grouping, parameter: ScalarPlan, input: VectorPlan, place: string): VectorPlan {
  const groups = new Groups<number[]>(grouping, () => [])
  const frame = new Frame()
  return {
    type: 'instant vector',
    *evaluate(context) {
      const q = yield* parameter.evaluate(context)
      const warning = quantileWarning(q)
      if (warning !== undefined) context.annotations.add('warning', warning + place)
      const vector = yield* input.evaluate(context)
      groups.begin(vector.length)
      for (let i = 0; i < vector.length; i++) {
        const labels = vector.labels[i]
        if (labels !== undefined) groups.enter(labels, emptyMembers).push(vector.values[i] ?? NaN)
        if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      }
      frame.clear()
      for (const group of groups.live) {
        frame.push(group.labels, quantile(q, group.state))
        if (frame.length % LABELS_OF_STEP === 0) yield
      }
      return frame
    },
  }
}

/** One sample per distinct value, the value in a label. */
function countValues(grouping: Grouping, label: string, input: VectorPlan): VectorPlan {
  if (label === '' || !isValidUtf8(label)) throw new EvaluationError(`invalid label name ${quote(label)}`)
  const name = underscoreLabel(label)
  const group = groupLabels(grouping)
  const frame = new Frame()
  const unique = new UniqueLabels()
  return {
    type: 'instant vector',
    *evaluate(context) {
      const vector = yield* input.evaluate(context)
      const counts = new Map<string, { labels: Labels; count: number }>()
      for (let i = 0; i < vector.length; i++) {
        const labels = group(vector.labels[i] ?? EMPTY_LABELS).with(name, formatPlain(vector.values[i] ?? NaN))
        const known = counts.get(labels.key)
        if (known === undefined) counts.set(labels.key, { labels, count: 1 })
        else known.count += 1
        if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      }
      frame.clear()
      for (const { labels, count } of counts.values()) frame.push(labels, count)
      return yield* unique.check(frame)
    },
  }
}
