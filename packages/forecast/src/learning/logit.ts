/** The log odds of a probability, kept within ±6.2 (0.2 %), so that one certain table cannot outweigh all the others. */
export function logit(probability: number): number {
  const p = probability < 0.002 ? 0.002 : probability > 0.998 ? 0.998 : probability
  return Math.log(p / (1 - p))
}

/** The probability of log odds. */
export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}
