/**
 * The φ-quantile of some values, interpolated between the two nearest ranks; NaN counts as the smallest value.
 * Sorts `values` in place. Empty or φ = NaN: NaN; φ < 0: -Inf; φ > 1: +Inf.
 * https://prometheus.io/docs/prometheus/latest/querying/operators/#quantile
 */
export function quantile(q: number, values: number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  values.sort(nanFirst)
  const rank = q * (values.length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(values.length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return (values[lower] ?? NaN) * (1 - weight) + (values[upper] ?? NaN) * weight
}

function nanFirst(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1
  return Number.isNaN(b) ? 1 : a - b
}

/** The text of Prometheus's warning, for φ outside [0, 1]; `undefined` inside. */
export function quantileWarning(q: number): string | undefined {
  if (q >= 0 && q <= 1) return undefined
  const shown = Number.isNaN(q) ? 'NaN' : q === Infinity ? '+Inf' : q === -Infinity ? '-Inf' : String(q)
  return `quantile value should be between 0 and 1, got ${shown}`
}
