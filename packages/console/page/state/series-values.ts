import type { Past, Sample } from '../../src/wire/messages.ts'

/** Samples of one series that the page keeps: an hour at the default tick. */
export const MOST_SAMPLES = 720

/** The values of all series, side by side with their times. NaN is a gap. */
export class SeriesValues {
  /** Seconds since the epoch. */
  readonly at: number[] = []
  readonly #values = new Map<number, number[]>()

  /** Replaces everything. */
  reset({ at, values }: Past): void {
    this.at.length = 0
    this.at.push(...at.map(ms => ms / 1000))
    this.#values.clear()
    for (const [id, past] of Object.entries(values))
      this.#values.set(
        Number(id),
        past.map(value => value ?? Number.NaN),
      )
  }

  add({ at, values }: Sample): void {
    const seconds = at / 1000
    // After a reconnection the same tick may come twice.
    if (seconds <= (this.at.at(-1) ?? -Infinity)) return
    for (const [id] of values)
      if (!this.#values.has(id)) this.#values.set(id, new Array<number>(this.at.length).fill(Number.NaN))
    this.at.push(seconds)
    const now = new Map(values)
    for (const [id, past] of this.#values) past.push(now.get(id) ?? Number.NaN)
    if (this.at.length <= MOST_SAMPLES) return
    this.at.shift()
    for (const past of this.#values.values()) past.shift()
  }

  of(id: number): readonly number[] {
    return this.#values.get(id) ?? []
  }

  /** The latest value; undefined for a gap. */
  last(id: number): number | undefined {
    const value = this.of(id).at(-1)
    return value === undefined || Number.isNaN(value) ? undefined : value
  }
}
