import { EMPTY_LABELS, type Labels } from '../words/labels.ts'
import { SameLabels, type Labelled } from '../words/same-labels.ts'
import { atOnce, LABELS_OF_STEP, type Steps } from '../words/steps.ts'

/** The labels of a vector, their metric names to go; worked out anew only when the vector has other labels. */
export class LosingNames {
  readonly #same = new SameLabels()
  #from: readonly Labels[] | undefined
  #to: readonly Labels[] = []

  /** For a list that never changes; neither does the one returned. */
  ofList(list: readonly Labels[]): readonly Labels[] {
    if (this.#from === list) return this.#to
    return atOnce(this.of({ labels: list, length: list.length, stable: true }))
  }

  *of(vector: Labelled): Steps<readonly Labels[]> {
    this.#from = undefined
    if (!this.#same.has(vector)) {
      this.#same.forget()
      const to: Labels[] = []
      for (let i = 0; i < vector.length; i++) {
        to.push((vector.labels[i] ?? EMPTY_LABELS).losingName)
        if (i % LABELS_OF_STEP === LABELS_OF_STEP - 1) yield
      }
      this.#to = to
      this.#same.remember(vector)
    }
    this.#from = vector.stable && vector.labels.length === vector.length ? vector.labels : undefined
    return this.#to
  }
}
