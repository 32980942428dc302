import type { Labels } from './labels.ts'

/** As much of a vector as says whose samples it has. */
interface Labelled {
  readonly length: number
  readonly labels: readonly Labels[]
}

/**
 * The label sets of a vector, in their order. Mostly a vector has the very ones it had last time, and what follows from
 * labels alone is then still true: comparing pointers that lie in a row spares a walk through thousands of objects.
 */
export class SameLabels {
  readonly #labels: Labels[] = []

  has(frame: Labelled): boolean {
    const known = this.#labels
    const { labels, length } = frame
    if (known.length !== length) return false
    for (let i = 0; i < length; i++) if (known[i] !== labels[i]) return false
    return true
  }

  remember(frame: Labelled): void {
    this.#labels.length = frame.length
    for (let i = 0; i < frame.length; i++) {
      const labels = frame.labels[i]
      if (labels !== undefined) this.#labels[i] = labels
    }
  }

  forget(): void {
    this.#labels.length = 0
  }
}
