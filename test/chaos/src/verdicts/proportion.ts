/**
 * Clopper and Pearson's bounds (Biometrika, 1934) of a share of which `hits` of `of` were seen: each errs in at most 2.5 % of
 * all cases, whatever the share is.
 */
export function bounds(hits: number, of: number): { low: number; high: number } {
  return {
    low: hits === 0 ? 0 : betaQuantile(0.025, hits, of - hits + 1),
    high: hits === of ? 1 : betaQuantile(0.975, hits + 1, of - hits),
  }
}

/** Two-sided p of Welch's t with so many degrees of freedom. */
export function studentP(t: number, freedom: number): number {
  return betaBelow(freedom / (freedom + t * t), freedom / 2, 0.5)
}

function betaQuantile(p: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (betaBelow(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The regularised incomplete beta function by its continued fraction: Numerical recipes, 3rd ed., 6.4. */
function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 400; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-12) break
  }
  return front * fraction
}

/** Stirling's series after shifting the argument up. */
function logGamma(x: number): number {
  let shifted = x
  let log = 0
  while (shifted < 10) log -= Math.log(shifted++)
  const inverse = 1 / (shifted * shifted)
  const series = (1 / 12 - inverse * (1 / 360 - inverse / 1260)) / shifted
  return log + (shifted - 0.5) * Math.log(shifted) - shifted + Math.log(2 * Math.PI) / 2 + series
}
