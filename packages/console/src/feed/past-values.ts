import type { Past, Sample } from '../wire/messages.ts'

/** Half an hour at the default tick of 5 s. */
export const MOST_PAST = 360

/** The values of all series of the last ticks, for viewers that come later. Bounded. */
export class PastValues {
  readonly #at: number[] = []
  readonly #values = new Map<number, number[]>()

  /** Adds the values of one tick, which is later than the earlier ones. */
  add({ at, values }: Sample): void {
    for (const [id] of values)
      if (!this.#values.has(id)) this.#values.set(id, new Array<number>(this.#at.length).fill(Number.NaN))
    this.#at.push(at)
    const now = new Map(values)
    for (const [id, past] of this.#values) past.push(now.get(id) ?? Number.NaN)
    if (this.#at.length <= MOST_PAST) return
    this.#at.shift()
    for (const past of this.#values.values()) past.shift()
  }

  /** Everything, with null for a gap: JSON writes a number that is not one so. */
  get past(): Past {
    return { at: [...this.#at], values: Object.fromEntries(this.#values) }
  }
}
