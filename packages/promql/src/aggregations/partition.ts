import type { Grouping } from '../words/ast.ts'
import type { Frame } from '../plans/frame.ts'
import type { Labels } from '../words/labels.ts'
import { SameLabels } from '../words/same-labels.ts'
import { LABELS_OF_STEP, type Steps } from '../words/steps.ts'
import { Groups } from './grouping.ts'

/** Which group each sample of a vector belongs to, by number; worked out anew only when the vector has other labels. */
export class Partition {
  /** Labels of the groups, in order of first appearance: a list that never changes, another one for other groups. */
  labels: readonly Labels[] = []
  /** The group's number of each sample. */
  readonly numbers: number[] = []
  readonly #grouping: Grouping
  // Made at the first vector: many rules read what is not there.
  #groups: Groups<{ number: number }> | undefined
  readonly #same = new SameLabels()

  constructor(grouping: Grouping) {
    this.#grouping = grouping
  }

  *update(vector: Frame): Steps<void> {
    if (vector.length === 0 && this.#groups === undefined) return
    if (this.#same.has(vector)) return
    // Should it be left halfway, the next evaluation begins anew.
    this.#same.forget()
    let next = 0
    const number = (state: { number: number }): void => {
      state.number = next
      next += 1
    }
    const groups = (this.#groups ??= new Groups(this.#grouping, () => ({ number: 0 })))
    groups.begin(vector.length)
    this.numbers.length = 0
    for (let i = 0; i < vector.length; i++) {
      const labels = vector.labels[i]
      if (labels !== undefined) this.numbers.push(groups.enter(labels, number).number)
      if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
    }
    this.labels = groups.live.map(group => group.labels)
    this.#same.remember(vector)
  }
}
