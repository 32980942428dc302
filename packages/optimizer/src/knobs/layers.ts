import type { KnobSetter, KnobSetting } from './adjustment-options.ts'

/** The sets of a knob that last, each on top of the earlier ones. */
export class Layers {
  readonly #sets: (KnobSetting & { readonly before: number })[] = []

  get isEmpty(): boolean {
    return this.#sets.length === 0
  }

  /** The last set; undefined while there is none. */
  get setting(): KnobSetting | undefined {
    const last = this.#sets.at(-1)
    return last && { value: last.value, by: last.by }
  }

  /** Returns the place of the new layer, by which it is undone. */
  add(before: number, value: number, by?: KnobSetter): number {
    return this.#sets.push({ before, value, by }) - 1
  }

  /** The value before a set. */
  before(place: number): number | undefined {
    return this.#sets[place]?.before
  }

  /** Drops a layer and those on top of it. */
  drop(place: number): void {
    this.#sets.length = Math.min(place, this.#sets.length)
  }
}
