import { isComparison, type Binary } from '../words/ast.ts'
import { EvaluationError } from '../words/errors.ts'
import { DerivedLabels, type Frame } from '../plans/frame.ts'
import type { LabelGroups } from '../plans/label-groups.ts'
import { METRIC_NAME, type Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { SameLabels } from '../words/same-labels.ts'
import { LABELS_OF_STEP, type Steps } from '../words/steps.ts'
import { matchGroups, type MatchGroup } from './match-group.ts'

/** Samples that belong together, by their places in the two vectors, and the labels of what they give. */
export interface Pairs {
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
 * Which samples of two vectors belong together. That follows from labels alone, so it is found again only when these are
 * other ones.
 */
export class Pairing {
  readonly #groups: LabelGroups<MatchGroup>
  // Include labels depend on the partner, so the memory is per partner there.
  readonly #remembered: DerivedLabels<DerivedLabels<Labels>>
  readonly #results = new Set<string>()
  readonly #grouped: boolean
  readonly #oneSide: 'left' | 'right'
  readonly #sameMany = new SameLabels()
  readonly #sameOne = new SameLabels()
  #pairs: Pairs = { labels: [], many: [], one: [] }
  #round = 0

  constructor(expr: Binary) {
    const { matching } = expr
    const label = resultLabels(expr)
    this.#groups = matchGroups(matching)
    this.#remembered = new DerivedLabels(one => new DerivedLabels(many => label(many, one)))
    this.#grouped = matching.cardinality !== 'one-to-one'
    this.#oneSide = matching.cardinality === 'one-to-many' ? 'left' : 'right'
  }

  *of(many: Frame, one: Frame): Steps<Pairs> {
    if (this.#sameMany.has(many) && this.#sameOne.has(one)) return this.#pairs
    // Should it fail, the next evaluation must fail as well.
    this.#sameMany.forget()
    this.#groups.trim(many.length + one.length)
    this.#remembered.trim(one.length)
    this.#round += 1
    yield* this.#indexOnes(one)
    this.#pairs = yield* this.#pairUp(many, one)
    this.#sameMany.remember(many)
    this.#sameOne.remember(one)
    return this.#pairs
  }

  *#indexOnes(one: Frame): Steps<void> {
    for (let i = 0; i < one.length; i++) {
      const labels = one.labels[i]
      if (labels === undefined) continue
      const group = this.#groups.get(labels)
      if (group.presentIn === this.#round)
        throw duplicate(group.labels, one.labels[group.index] ?? labels, labels, this.#oneSide)
      group.presentIn = this.#round
      group.index = i
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
    }
  }

  *#pairUp(many: Frame, one: Frame): Steps<Pairs> {
    const found = { labels: [] as Labels[], many: [] as number[], one: [] as number[] }
    const grouped = this.#grouped
    const results = this.#results
    results.clear()
    for (let i = 0; i < many.length; i++) {
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      const labels = many.labels[i]
      if (labels === undefined) continue
      const group = this.#groups.get(labels)
      const partner = one.labels[group.index]
      if (group.presentIn !== this.#round || partner === undefined) continue
      const memory = this.#remembered.get(partner)
      memory.trim(many.length)
      const result = memory.get(labels)
      // Values do not matter: an ambiguous match is an error although the comparison would filter it.
      if (grouped ? results.has(result.key) : group.takenIn === this.#round) throw ambiguous(grouped)
      if (grouped) results.add(result.key)
      group.takenIn = this.#round
      found.labels.push(result)
      found.many.push(i)
      found.one.push(group.index)
    }
    return found
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
