/** One bucket of a classic histogram: observations at or below `bound`. */
export interface Bucket {
  bound: number
  count: number
}

/** Relative differences of counts below this are float noise; Prometheus's `smallDeltaTolerance`. */
const SMALL_DELTA = 1e-12
/** The smallest number that is stored with full precision. */
const SMALLEST_NORMAL = 2.2250738585072014e-308

/**
 * Sorts by bound and adds up buckets of equal bound (`0.2` and `2e-1`), in place; doing it twice changes nothing more.
 * False unless the last bound is +Inf.
 */
function prepare(buckets: Bucket[]): boolean {
  buckets.sort(byBound)
  if (buckets.at(-1)?.bound !== Infinity) return false
  let kept = 0
  for (let i = 1; i < buckets.length; i++) {
    const last = buckets[kept]
    const bucket = buckets[i]
    if (last === undefined || bucket === undefined) continue
    if (last.bound === bucket.bound) last.count += bucket.count
    else buckets[++kept] = bucket
  }
  buckets.length = kept + 1
  return true
}

function byBound(a: Bucket, b: Bucket): number {
  return a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0
}

/**
 * Makes counts rise with their bounds, which races between buckets may break. Returns whether more than float noise had
 * to be mended.
 */
function mend(buckets: Bucket[]): boolean {
  let forced = false
  let previous = buckets[0]?.count ?? 0
  for (const bucket of buckets) {
    if (isAlmost(bucket.count, previous)) bucket.count = previous
    else if (bucket.count < previous) {
      bucket.count = previous
      forced = true
    }
    previous = bucket.count
  }
  return forced
}

/** https://github.com/prometheus/prometheus/blob/v3.5.0/util/almost/almost.go */
function isAlmost(a: number, b: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < SMALL_DELTA * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < SMALL_DELTA
}

/** The first bucket below the highest that holds the rank, as Go's `sort.Search` finds it; the highest when none does. */
function bucketOf(rank: number, buckets: readonly Bucket[]): number {
  let [from, to] = [0, buckets.length - 1]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((buckets[middle]?.count ?? NaN) >= rank) to = middle
    else from = middle + 1
  }
  return from
}

/**
 * The φ-quantile of classic buckets, linear inside a bucket. In the highest bucket it is that bucket's lower bound; the
 * lowest bucket starts at 0, or, when its bound is not positive, is its bound.
 * Sorts, merges and mends `buckets` in place; `onForced` is called when counts had to be mended.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function bucketQuantile(q: number, buckets: Bucket[], onForced: () => void): number {
  if (Number.isNaN(q)) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  if (!prepare(buckets)) return NaN
  if (mend(buckets)) onForced()
  const highest = buckets.length - 1
  const total = buckets[highest]?.count ?? 0
  if (highest < 1 || total === 0) return NaN
  const rank = q * total
  const found = bucketOf(rank, buckets)
  const below = buckets[found - 1]
  const at = buckets[found]
  if (at === undefined || found === highest) return below?.bound ?? NaN
  if (below === undefined) return at.bound <= 0 ? at.bound : at.bound * (rank / at.count)
  return below.bound + (at.bound - below.bound) * ((rank - below.count) / (at.count - below.count))
}

/**
 * The share of observations between two values, linear inside a bucket of finite width; a bucket without one counts for
 * neither side of a limit that falls into it.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_fraction
 */
export function bucketFraction(lower: number, upper: number, buckets: Bucket[]): number {
  const usable = prepare(buckets)
  const total = buckets.at(-1)?.count ?? 0
  if (!usable || total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN
  if (lower >= upper) return 0
  mend(buckets)
  return (rankOf(upper, buckets, total) - rankOf(lower, buckets, total)) / total
}

function rankOf(value: number, buckets: readonly Bucket[], total: number): number {
  if (value === -Infinity) return 0
  if (value === Infinity) return total
  let below: Bucket = { bound: (buckets[0]?.bound ?? 0) > 0 ? 0 : -Infinity, count: 0 }
  for (const bucket of buckets) {
    if (value <= below.bound) return below.count
    if (value < bucket.bound) {
      if (bucket.bound === Infinity) return below.count
      if (below.bound === -Infinity) return bucket.count
      return below.count + (bucket.count - below.count) * ((value - below.bound) / (bucket.bound - below.bound))
    }
    below = bucket
  }
  return total
}
