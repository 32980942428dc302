import type { Frame } from '../plans/frame.ts'
import { EMPTY_LABELS, type Labels } from '../words/labels.ts'
import { SameLabels } from '../words/same-labels.ts'

/** A vector side by side, without an object per sample. */
export interface VectorColumns {
  /** The same list as long as it has the same labels in the same order, so that what follows from it can be remembered. */
  readonly labels: readonly Labels[]
  /** The value at each place. */
  readonly values: Float64Array
}

export const NO_COLUMNS: VectorColumns = { labels: [], values: new Float64Array() }

const NO_LABELS: readonly Labels[] = [EMPTY_LABELS]

/** A scalar as a vector of one. */
export function scalarColumns(value: number): VectorColumns {
  return { labels: NO_LABELS, values: Float64Array.of(value) }
}

/** Copies the results of one expression, which its next evaluation overwrites. */
export class ColumnsOfFrames {
  readonly #same = new SameLabels()
  #labels: readonly Labels[] = []

  copy(frame: Frame): VectorColumns {
    if (!this.#same.has(frame)) {
      this.#labels = frame.labels.slice(0, frame.length)
      this.#same.remember({ length: frame.length, labels: this.#labels, stable: true })
    }
    return { labels: this.#labels, values: frame.values.slice(0, frame.length) }
  }
}
