import type { ShownForecast } from '../../src/shown-homeostat.ts'

/** A place in a chart: seconds since the epoch, and a value. */
export type Place = readonly [time: number, value: number]

/** The band of the peaks that are expected, from now to each horizon. */
export interface ForecastBand {
  /** As probable to be exceeded as not. */
  readonly median: readonly Place[]
  /** Exceeded once in ten times. */
  readonly high: readonly Place[]
  /** The value now, below which no peak can be. */
  readonly from: number
}

/** What the forecasts of one series say of its next time; undefined where they know nothing yet. */
export function bandOf(forecasts: readonly ShownForecast[], now: number): ForecastBand | undefined {
  const known = forecasts
    .flatMap(({ horizonMs, peak }) => (peak === undefined ? [] : [{ at: now + horizonMs / 1000, ...peak }]))
    .toSorted((a, b) => a.at - b.at)
  const [first] = known
  if (first === undefined) return undefined
  const start: Place = [now, first.from]
  return {
    from: first.from,
    median: [start, ...known.map(({ at, median }): Place => [at, median])],
    high: [start, ...known.map(({ at, high }): Place => [at, high])],
  }
}
