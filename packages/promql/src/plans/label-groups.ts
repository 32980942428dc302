import { DerivedLabels } from './frame.ts'
import type { Labels } from '../words/labels.ts'

/**
 * Samples to groups: each sample's labels lead to one object per group, the same at every evaluation, so that state can be
 * kept in it and distinguished by a round number instead of filling and clearing maps.
 */
export class LabelGroups<T> {
  readonly #groups = new Map<string, T>()
  readonly #bySample: DerivedLabels<T>

  /**
   * @param groupOf the labels by which samples belong together
   * @param make the group's object, made once
   */
  constructor(groupOf: (labels: Labels) => Labels, make: (group: Labels) => T) {
    this.#bySample = new DerivedLabels(labels => {
      const group = groupOf(labels)
      let known = this.#groups.get(group.key)
      if (known === undefined) {
        known = make(group)
        this.#groups.set(group.key, known)
      }
      return known
    })
  }

  get(labels: Labels): T {
    return this.#bySample.get(labels)
  }

  /**
   * Forgets all groups once most belong to series that left; says whether it did. Both maps go together, or one group would
   * become two.
   */
  trim(live: number): boolean {
    const forgotten = this.#bySample.trim(live)
    if (forgotten) this.#groups.clear()
    return forgotten
  }
}
