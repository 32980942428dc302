import type { Past, Sample } from '../../src/wire/messages.ts'

/** Samples of one series that the page keeps: an hour at the default tick. */
export const MOST_SAMPLES = 720

/** A distance of so many ticks is a gap: a line across it would show what nobody has measured. */
const TICKS_OF_GAP = 3

/** The values of all series, side by side with their times. NaN is a gap. */
export class SeriesValues {
  /** The usual time between two ticks. */
  intervalMs = 5000
  /** Seconds since the epoch. */
  readonly at: number[] = []
  readonly #values = new Map<number, number[]>()

  /** Replaces everything. */
  reset({ at, values }: Past): void {
    this.at.length = 0
    this.#values.clear()
    const series = Object.entries(values).map(([id, past]) => [Number(id), past] as const)
    for (const [id] of series) this.#values.set(id, [])
    for (const [place, ms] of at.entries())
      this.#push(ms / 1000, new Map(series.map(([id, past]) => [id, past[place] ?? Number.NaN])))
  }

  add({ at, values }: Sample): void {
    const seconds = at / 1000
    // After a reconnection the same tick may come twice.
    if (seconds <= (this.at.at(-1) ?? -Infinity)) return
    for (const [id] of values)
      if (!this.#values.has(id)) this.#values.set(id, new Array<number>(this.at.length).fill(Number.NaN))
    this.#push(seconds, new Map(values))
    while (this.at.length > MOST_SAMPLES) {
      this.at.shift()
      for (const past of this.#values.values()) past.shift()
    }
  }

  #push(seconds: number, values: ReadonlyMap<number, number>): void {
    const last = this.at.at(-1) ?? seconds
    if (seconds - last > (TICKS_OF_GAP * this.intervalMs) / 1000) {
      this.at.push((last + seconds) / 2)
      for (const past of this.#values.values()) past.push(Number.NaN)
    }
    this.at.push(seconds)
    for (const [id, past] of this.#values) past.push(values.get(id) ?? Number.NaN)
  }

  /** Forgets the lines that have gone. */
  keep(ids: readonly number[]): void {
    const known = new Set(ids)
    for (const id of this.#values.keys()) if (!known.has(id)) this.#values.delete(id)
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
