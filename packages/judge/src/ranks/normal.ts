/** P(Z <= z) of a standard normal Z, error below 7.5e-8: Abramowitz and Stegun, 26.2.17. */
export function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
  return z > 0 ? 1 - tail : tail
}

/**
 * The z that a standard normal number exceeds with probability p; absolute error below 4.5e-4 for 0 < p <= 0.5.
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23.
 */
export function upperZ(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p))
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
}

/**
 * The same for Student's t, the price of a spread that was itself estimated: the first terms of the Cornish-Fisher
 * expansion, Abramowitz and Stegun 26.7.5. Too small for few degrees of freedom, so they count from 3 on.
 */
export function upperT(p: number, degrees: number): number {
  const z = upperZ(p)
  const n = Math.max(3, degrees)
  const z3 = z ** 3
  const z5 = z ** 5
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
}
