/** Smallest, middle and largest of several values. */
export type Spread = readonly [min: number, median: number, max: number]

/** The middle value; of an even number of values the mean of the middle two; `NaN` of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

export function spread(values: readonly number[]): Spread {
  return [Math.min(...values), median(values), Math.max(...values)]
}

/**
 * What each round's value is above the baseline of the same round. The machine is slower in some rounds than in others;
 * that cancels within a round and would not between medians over all rounds.
 */
export function pairedDifferences(values: readonly number[], baseline: readonly number[]): number[] {
  if (values.length !== baseline.length)
    throw new RangeError(`${values.length} values, but ${baseline.length} baselines`)
  return values.map((value, round) => value - baseline[round]!)
}

/** Whether all of a spread lies on one side of zero. */
export function excludesZero([min, , max]: Spread): boolean {
  return min > 0 || max < 0
}
