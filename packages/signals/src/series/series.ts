import type { Attributes, HrTime } from '@opentelemetry/api'
import type { Cells } from './cells.ts'

/** What every series knows of itself. */
export interface Series {
  readonly attributes: Attributes
  /** When this series began to count. */
  readonly startTime: HrTime
  /** First cell of the series; -1 once it is removed. */
  readonly start: number
  /** Ends the series: it is exported no more, and what is still added to it is dropped. */
  remove(): void
}

/** Gives back a series' cells; false for one that stays: the overflow series. */
export type Removal = (series: Series) => boolean

/** The parts from which an instrument makes a series. */
export interface SeriesSeed {
  readonly attributes: Attributes
  readonly startTime: HrTime
  readonly cells: Cells
  readonly removal: Removal
}

/** A series in the cells of its instrument. */
export abstract class BoundSeries implements Series {
  readonly attributes: Attributes
  readonly startTime: HrTime
  start: number
  protected readonly cells: Cells
  readonly #removal: Removal

  constructor({ attributes, startTime, cells, removal }: SeriesSeed, initial: number) {
    this.attributes = attributes
    this.startTime = startTime
    this.cells = cells
    this.#removal = removal
    this.start = cells.take(initial)
  }

  remove(): void {
    // Only the first removal counts: a slot freed twice would be lent to two series.
    if (this.start >= 0 && this.#removal(this)) this.start = -1
  }
}

/** A sum that only grows. */
export class CounterSeries extends BoundSeries {
  constructor(seed: SeriesSeed) {
    super(seed, 0)
  }

  /**
   * Adds to the sum: one typed-array increment, no allocation.
   *
   * @param amount - what to add, 1 by default; a negative one is ignored, because a sum that falls reads as a restart to
   *   every backend, and so is one that is not finite, because the sum would never recover.
   */
  add(amount = 1): void {
    // A removed series has start -1, and a typed array ignores a write out of bounds.
    if (amount >= 0 && Number.isFinite(amount)) this.cells.values[this.start]! += amount
  }

  /** Sets the sum to a total that is counted elsewhere, e.g. by the operating system. It never falls. */
  advanceTo(total: number): void {
    if (Number.isFinite(total) && total > this.cells.values[this.start]!) this.cells.values[this.start] = total
  }

  get value(): number {
    return this.cells.values[this.start] ?? 0
  }
}

/**
 * A level that is set: a gauge, or an up-down counter that is read as a whole. Not exported until it is set once, and
 * never when it was bound past the registry's cap: several levels have no common value.
 */
export class LevelSeries extends BoundSeries {
  constructor(seed: SeriesSeed) {
    super(seed, Number.NaN)
  }

  /** Sets the level; a value that is not finite is not a level, so the series is left out as after {@link clear}. */
  set(value: number): void {
    this.cells.values[this.start] = Number.isFinite(value) ? value : Number.NaN
  }

  /** No value: the series is left out until it is set again. */
  clear(): void {
    this.cells.values[this.start] = Number.NaN
  }

  /** The level, or `NaN` when there is none. */
  get value(): number {
    return this.cells.values[this.start] ?? Number.NaN
  }
}
