import type { DataPoint, HistogramValue, MetricData, Scope, ScopeMetrics } from '@homeostat/signals'
import { GAUGE_POINT, HISTOGRAM_POINT } from '@homeostat/signals'

/**
 * Our metrics as a Prometheus text may carry them beside those of others. In that format a name has one HELP and one TYPE
 * line, and the SDK's exporter writes both for each scope; exporters that leave scopes out (SDK 2.0, `withoutScopeInfo`) write
 * equal series besides. So what others export under a name of ours is left to them, and what several scopes of ours carry
 * is written under one.
 *
 * @param merged - the scope of metrics that several scopes of ours carry
 */
export function forTextExposition(
  own: readonly ScopeMetrics[],
  others: readonly ScopeMetrics[],
  merged: Scope,
): ScopeMetrics[] {
  const taken = new Set(others.flatMap(({ metrics }) => metrics.map(familyOf)))
  const carriers = new Map<string, MetricData[]>()
  for (const { metrics } of own) {
    for (const metric of metrics) {
      const family = familyOf(metric)
      const known = carriers.get(family)
      if (known === undefined) carriers.set(family, [metric])
      else known.push(metric)
    }
  }
  const isShared = (metric: MetricData): boolean => carriers.get(familyOf(metric))!.length > 1
  const alone = own.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.filter(metric => !taken.has(familyOf(metric)) && !isShared(metric)),
  }))
  const shared = [...carriers]
    .filter(([family, metrics]) => metrics.length > 1 && !taken.has(family))
    .map(([, metrics]) => merge(metrics))
  return [...alone, { scope: merged, metrics: shared }].filter(({ metrics }) => metrics.length > 0)
}

/** The name without the suffixes of its parts and kinds. */
function familyOf({ descriptor: { name } }: MetricData): string {
  return name.replaceAll(/\W/g, '_').replace(/_total$/, '')
}

/** One metric with the points of all; equal attributes are one point. */
function merge(metrics: readonly MetricData[]): MetricData {
  const [first] = metrics as readonly [MetricData, ...MetricData[]]
  const points = new Map<string, DataPoint<number | HistogramValue>>()
  for (const metric of metrics) {
    if (metric.dataPointType !== first.dataPointType) continue
    for (const point of metric.dataPoints as DataPoint<number | HistogramValue>[]) {
      const key = JSON.stringify(Object.entries(point.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      const known = points.get(key)
      points.set(key, known === undefined ? point : { ...point, value: sum(first, known.value, point.value) })
    }
  }
  return { ...first, dataPoints: [...points.values()] } as MetricData
}

function sum(
  { dataPointType }: MetricData,
  a: number | HistogramValue,
  b: number | HistogramValue,
): number | HistogramValue {
  if (dataPointType === GAUGE_POINT) return b
  if (dataPointType !== HISTOGRAM_POINT) return (a as number) + (b as number)
  const [one, other] = [a as HistogramValue, b as HistogramValue]
  const { boundaries, counts } = one.buckets
  return {
    buckets: { boundaries, counts: counts.map((count, place) => count + (other.buckets.counts[place] ?? 0)) },
    count: one.count + other.count,
    sum: (one.sum ?? 0) + (other.sum ?? 0),
  }
}
