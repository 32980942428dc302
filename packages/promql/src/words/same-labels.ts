import type { Labels } from './labels.ts'

/** As much of a vector as says whose samples it has: the first `length` of the labels. */
export interface Labelled {
  readonly length: number
  readonly labels: readonly Labels[]
  /** The list of labels never changes. */
  readonly stable: boolean
}

/**
 * The label sets of a vector, in their order. Mostly a vector has the very ones it had last time, and what follows from
 * labels alone is then still true: comparing one pointer spares a walk through thousands of objects.
 */
export class SameLabels {
  #list: readonly Labels[] = NONE
  #length = 0

  has(vector: Labelled): boolean {
    const { labels, length } = vector
    if (length !== this.#length) return false
    if (labels === this.#list) return true
    for (let i = 0; i < length; i++) if (labels[i] !== this.#list[i]) return false
    if (vector.stable) this.#list = labels
    return true
  }

  remember(vector: Labelled): void {
    const { labels, length } = vector
    this.#list = vector.stable ? labels : labels.slice(0, length)
    this.#length = length
  }

  forget(): void {
    this.#list = NONE
    this.#length = -1
  }
}

const NONE: readonly Labels[] = []
