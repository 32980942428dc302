import type { MetricData, ScopeMetrics } from '@homeostat/signals'

interface Point {
  readonly metric: MetricData
  readonly attributes: Readonly<Record<string, unknown>>
  readonly key: string
  readonly value: number
}

/** One string per attribute set, whatever the order of its keys. */
export function attributesKey(attributes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.keys(attributes)
      .toSorted()
      .map(key => [key, attributes[key]]),
  )
}

/** Every number a collection holds, keyed by metric, attributes and, for a histogram, bucket. */
export function pointsOf({ metrics }: ScopeMetrics): Point[] {
  return metrics.flatMap(metric =>
    metric.dataPoints.flatMap(({ attributes, value }) => {
      const key = `${metric.descriptor.name} ${attributesKey(attributes)}`
      if (typeof value === 'number') return [{ metric, attributes, key, value }]
      const counts = value.buckets.counts.map((count, bucket) => ({
        metric,
        attributes,
        key: `${key} bucket ${bucket}`,
        value: count,
      }))
      return [...counts, { metric, attributes, key: `${key} sum`, value: value.sum ?? Number.NaN }]
    }),
  )
}

/**
 * What the collections of one reader add up to: the sum of deltas, or the last of cumulative values. Levels are left
 * out, and so are zeros, because a delta reader does not receive them.
 */
export function totalsOf(collections: readonly ScopeMetrics[]): Record<string, number> {
  const totals: Record<string, number> = {}
  for (const collection of collections) {
    for (const { metric, key, value } of pointsOf(collection)) {
      if (!isCounted(metric)) continue
      const isDelta = metric.aggregationTemporality === 0
      totals[key] = (isDelta ? (totals[key] ?? 0) : 0) + value
    }
  }
  const counted = Object.entries(totals).filter(([, value]) => value !== 0)
  // Sums of fractions differ in the last digits with the order they were added in.
  return Object.fromEntries(counted.map(([key, value]) => [key, Number(value.toPrecision(9))]))
}

/** True for what accumulates: counters and histograms. */
export function isCounted(metric: MetricData): boolean {
  return metric.dataPointType === 0 || (metric.dataPointType === 3 && metric.isMonotonic)
}
