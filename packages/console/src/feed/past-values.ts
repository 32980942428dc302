import type { Steps } from '@homeostat/signals'
import type { Sample } from '../wire/messages.ts'

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

  /** A line is not shown any more. */
  drop(id: number): void {
    this.#values.delete(id)
  }

  /** Everything as JSON, line by line, with null for a gap: so JSON writes a number that is not one. */
  *jsonInSteps(): Steps<string> {
    const at = JSON.stringify(this.#at)
    // A value may be added between two steps.
    const all = [...this.#values].map(([id, past]) => [id, past.slice()] as const)
    const values: string[] = []
    for (const [id, past] of all) {
      values.push(`"${id}":${JSON.stringify(past)}`)
      yield
    }
    return `{"at":${at},"values":{${values.join(',')}}}`
  }
}
