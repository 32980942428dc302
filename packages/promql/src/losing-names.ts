import type { Labels } from './labels.ts'
import { SameLabels, type Labelled } from './same-labels.ts'

/** The labels of a vector, their metric names to go; worked out anew only when the vector has other labels. */
export class LosingNames {
  readonly #same = new SameLabels()
  #from: readonly Labels[] | undefined
  #to: readonly Labels[] = []

  /** Of a list that never changes; neither does the one returned. */
  ofList(list: readonly Labels[]): readonly Labels[] {
    return this.#from === list ? this.#to : this.of({ labels: list, length: list.length, stable: true })
  }

  of(vector: Labelled): readonly Labels[] {
    this.#from = vector.stable && vector.labels.length === vector.length ? vector.labels : undefined
    if (this.#same.has(vector)) return this.#to
    this.#same.remember(vector)
    this.#to = vector.labels.slice(0, vector.length).map(labels => labels.losingName)
    return this.#to
  }
}
