import type { Snapshot } from '@homeostat/optimizer'
import { metrics as definitions } from '@homeostat/semconv'
import { spellings, type SeriesKind } from '@homeostat/promql'
import type { MetricData } from '@homeostat/signals'
import { HISTOGRAM_POINT, SUM_POINT } from '@homeostat/signals'

/** No application has so many metrics; names made of data must not fill the memory. */
export const MOST_METRICS = 5000
const PARTS = ['bucket', 'sum', 'count'] as const

/** The metrics that any source has reported since the start, under all names by which a rule may select them. */
export class ReportedMetrics {
  readonly #seen = new Set<string>()
  readonly #names = new Set<string>()
  readonly #canonical = new Set<string>()

  /** How many metrics there are; it never falls. */
  get size(): number {
    return this.#seen.size
  }

  /** Whether there may be more than are known. {@link has} may then miss a metric. */
  get isFull(): boolean {
    return this.#seen.size >= MOST_METRICS
  }

  /** The names that results carry. */
  get canonicalNames(): Iterable<string> {
    return this.#canonical
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** Linear in the number of metrics; points are not read. */
  see({ own, foreign }: Snapshot): void {
    for (const { metrics } of own) for (const metric of metrics) this.#add(metric)
    for (const { metrics } of foreign) for (const metric of metrics.metrics) this.#add(metric)
  }

  #add(metric: MetricData): void {
    const { name, unit } = metric.descriptor
    const key = `${name} ${unit}`
    if (this.#seen.has(key) || this.isFull) return
    this.#seen.add(key)
    const kind =
      metric.dataPointType === HISTOGRAM_POINT
        ? 'histogram'
        : metric.dataPointType === SUM_POINT && metric.isMonotonic
          ? 'counter'
          : 'gauge'
    for (const names of namesOf(name, unit, kind)) {
      for (const each of names) this.#names.add(each)
      this.#canonical.add(names[0]!)
    }
  }
}

/** The names of each series of a metric, the one that results carry first. */
function namesOf(name: string, unit: string, kind: SeriesKind): readonly (readonly string[])[] {
  if (kind !== 'histogram') return [spellings({ name, unit, kind })]
  return PARTS.map(part => spellings({ name, unit, kind, part }))
}

/** The names of the metrics of Homeostat, whether they are reported or not: most of them appear when their library is used. */
export function ownMetricNames(): { readonly all: ReadonlySet<string>; readonly canonical: readonly string[] } {
  const names = Object.values(definitions).flatMap(({ name, unit, kind }) =>
    namesOf(name, unit, kind === 'upDownCounter' ? 'gauge' : kind),
  )
  return { all: new Set(names.flat()), canonical: names.map(([first]) => first!) }
}
