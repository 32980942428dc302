import type { HrTime } from '@opentelemetry/api'
import type { Cells } from '../series/cells.ts'
import type { Series } from '../series/series.ts'

/**
 * The values of one instrument at the last collection of one reader that wants deltas. Each reader has its own, so that no
 * reader takes anything from another.
 */
export class DeltaState {
  readonly #cells: Cells
  #seen = new Float64Array(0)
  #generations = new Uint32Array(0)
  #lastTime: HrTime | undefined

  constructor(cells: Cells) {
    this.#cells = cells
  }

  /** The value of a cell at this reader's last collection; 0 for a series that has begun since. */
  previous(cell: number): number {
    const slot = Math.floor(cell / this.#cells.width)
    const isSameSeries = this.#generations[slot] === this.#cells.generation(slot * this.#cells.width)
    const seen = isSameSeries ? this.#seen[cell] : undefined
    return seen === undefined || seen !== seen ? 0 : seen
  }

  /** Where the interval of a point begins: at the last collection, or with the series when that is younger. */
  startTime(series: Series): HrTime {
    const last = this.#lastTime
    return last === undefined || isLater(series.startTime, last) ? series.startTime : last
  }

  /** Remembers the present as seen. */
  advance(now: HrTime): void {
    const { values, width } = this.#cells
    if (this.#seen.length !== values.length) {
      this.#seen = new Float64Array(values.length)
      this.#generations = new Uint32Array(values.length / width)
    }
    this.#seen.set(values)
    for (let slot = 0; slot < this.#generations.length; slot++) {
      this.#generations[slot] = this.#cells.generation(slot * width)
    }
    this.#lastTime = now
  }
}

function isLater(a: HrTime, b: HrTime): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])
}
