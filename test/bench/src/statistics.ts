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
 * The median with an interval that covers the true one with a probability of at least 95 %, whatever the distribution: the values between
 * two ranks (Conover, Practical Nonparametric Statistics, 1999, 3.2). Of fewer than six values it is their whole range, which covers less.
 */
export function medianInterval(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const count = sorted.length
  let rank = 0
  let missed = 2 * 0.5 ** count
  // A rank further in leaves out what the binomial distribution puts there, on both sides.
  for (let share = 2 * 0.5 ** count; rank + 1 < count / 2; rank++) {
    share *= (count - rank) / (rank + 1)
    if (missed + share > 0.05) break
    missed += share
  }
  return [sorted[rank] ?? Number.NaN, median(sorted), sorted[count - 1 - rank] ?? Number.NaN]
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
