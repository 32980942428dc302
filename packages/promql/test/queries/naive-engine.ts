import type { LabelSet } from '../../src/index.ts'

interface Point {
  readonly at: number
  readonly value: number
  readonly stale: boolean
}

/** One result: labels as text, and the value. */
export type NaiveVector = readonly { readonly labels: LabelSet; readonly value: number }[]

const LOOKBACK_MS = 300_000

/** All samples of all series in plain lists, asked from the beginning every time: nothing is bounded, shared or remembered. */
export class NaiveStore {
  readonly #series = new Map<string, { readonly labels: LabelSet; points: Point[] }>()

  append(labels: LabelSet, at: number, value: number, stale: boolean): void {
    const key = JSON.stringify(labels)
    const series = this.#series.get(key) ?? { labels, points: [] }
    this.#series.set(key, series)
    if (at > (series.points.at(-1)?.at ?? -Infinity)) series.points.push({ at, value, stale })
  }

  /** The clock says that it is earlier than some samples; a little earlier is taken for jitter. */
  rewind(now: number, jitterMs: number): void {
    for (const series of this.#series.values())
      if ((series.points.at(-1)?.at ?? 0) > now + jitterMs) series.points = series.points.filter(({ at }) => at <= now)
  }

  instant(wanted: LabelSet, at: number): NaiveVector {
    return this.#matching(wanted).flatMap(({ labels, points }) => {
      const newest = points.findLast(point => point.at <= at)
      if (newest === undefined || newest.stale || newest.at <= at - LOOKBACK_MS) return []
      return [{ labels, value: newest.value }]
    })
  }

  /** A function of the samples in `(at - rangeMs, at]` of each series, its name dropped; of at least so many samples. */
  over(
    wanted: LabelSet,
    at: number,
    rangeMs: number,
    least: number,
    compute: (points: readonly Point[]) => number,
  ): NaiveVector {
    return this.#matching(wanted).flatMap(({ labels: { __name__, ...labels }, points }) => {
      const inside = points.filter(point => point.at > at - rangeMs && point.at <= at && !point.stale)
      return inside.length < least ? [] : [{ labels, value: compute(inside) }]
    })
  }

  /** What Prometheus's `increase` says: https://prometheus.io/docs/prometheus/latest/querying/functions/#increase */
  increase(wanted: LabelSet, at: number, rangeMs: number): NaiveVector {
    return this.over(wanted, at, rangeMs, 2, points => {
      let grown = 0
      points.forEach(({ value }, i) => {
        const before = points[i - 1]?.value
        if (before !== undefined) grown += value >= before ? value - before : value
      })
      const [first, last] = [points[0]!, points.at(-1)!]
      const sampled = last.at - first.at
      const step = sampled / (points.length - 1)
      const reach = (gap: number): number => (gap < 1.1 * step ? gap : step / 2)
      let before = reach(first.at - (at - rangeMs))
      // A counter was not below zero before its first sample.
      if (grown > 0) before = Math.min(before, (first.value / grown) * sampled)
      return (grown * (sampled + before + reach(at - last.at))) / sampled
    })
  }

  #matching(wanted: LabelSet): { readonly labels: LabelSet; readonly points: readonly Point[] }[] {
    return [...this.#series.values()].filter(({ labels }) =>
      Object.entries(wanted).every(([name, value]) => labels[name] === value),
    )
  }
}

export function sumBy(names: readonly string[], vector: NaiveVector): NaiveVector {
  const sums = new Map<string, number>()
  for (const { labels, value } of vector) {
    const key = JSON.stringify(names.map(name => [name, labels[name] ?? '']))
    sums.set(key, (sums.get(key) ?? 0) + value)
  }
  return [...sums].map(([key, value]) => ({ labels: Object.fromEntries(JSON.parse(key) as [string, string][]), value }))
}
