/** P(Z <= z) of a standard normal Z, error below 7.5e-8: Abramowitz and Stegun, 26.2.17. */
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
  return z > 0 ? 1 - tail : tail
}

/** The z that a standard normal number exceeds with the probability `p`, by bisection; -8 to 8. */
export function normalAbove(p: number): number {
  let low = -8
  let high = 8
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (1 - normalBelow(middle) > p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
