/** A forecast with its outcome and weight. */
export interface Forecast {
  readonly p: number
  readonly y: number
  readonly w: number
}

/** Area under the ROC curve by ranks, ties shared; NaN when only one kind of outcome is there. */
export function areaUnderCurve(forecasts: readonly Forecast[]): number {
  const sorted = forecasts.toSorted((a, b) => a.p - b.p)
  let ranks = 0
  let positives = 0
  for (let i = 0; i < sorted.length;) {
    let j = i
    while (j < sorted.length && sorted[j]!.p === sorted[i]!.p) j++
    for (let k = i; k < j; k++)
      if (sorted[k]!.y === 1) {
        ranks += (i + j + 1) / 2
        positives++
      }
    i = j
  }
  const negatives = sorted.length - positives
  return positives > 0 && negatives > 0
    ? (ranks - (positives * (positives + 1)) / 2) / (positives * negatives)
    : Number.NaN
}

export function averagePrecision(forecasts: readonly Forecast[]): number {
  const sorted = forecasts.toSorted((a, b) => b.p - a.p)
  const all = sorted.reduce((sum, { y, w }) => sum + y * w, 0)
  let right = 0
  let wrong = 0
  let area = 0
  for (let i = 0; i < sorted.length;) {
    let tied = 0
    const { p } = sorted[i]!
    for (; i < sorted.length && sorted[i]!.p === p; i++) {
      const { y, w } = sorted[i]!
      if (y === 1) tied += w
      else wrong += w
    }
    right += tied
    if (tied > 0) area += (tied / all) * (right / (right + wrong))
  }
  return area
}

export interface Bin {
  readonly from: number
  readonly to: number
  readonly share: number
  readonly meanProbability: number
  readonly frequency: number
}

/** Ten bins of a reliability diagram; empty ones are left out. */
export function reliabilityOf(forecasts: readonly Forecast[]): Bin[] {
  const sums = Array.from({ length: 10 }, () => ({ w: 0, p: 0, y: 0 }))
  let all = 0
  for (const { p, y, w } of forecasts) {
    const bin = sums[Math.min(9, Math.floor(p * 10))]!
    bin.w += w
    bin.p += w * p
    bin.y += w * y
    all += w
  }
  return sums.flatMap(({ w, p, y }, i) =>
    w > 0 ? [{ from: i / 10, to: (i + 1) / 10, share: w / all, meanProbability: p / w, frequency: y / w }] : [],
  )
}

/** Mean distance of the bins from the diagonal, weighted by their share. */
export function calibrationError(bins: readonly Bin[]): number {
  return bins.reduce(
    (sum, { share, meanProbability, frequency }) => sum + share * Math.abs(meanProbability - frequency),
    0,
  )
}
