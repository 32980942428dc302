import type { HistogramSeries, Registry } from '@homeostat/signals'
import { attributes as a, metrics } from '@homeostat/semconv'
import { UNKNOWN_HOLDER } from './checkouts/held-connection.ts'
import { POSTGRESQL } from './database.ts'
import { OTHER } from './query-summary.ts'

/** The most pairs of a statement and a route or job that telemetry distinguishes; the rest shares one. */
const MOST = 50
/** The sender of all further pairs. */
const REST = '_OTHER'

/** The time that requests spend in statements that they repeat, with bounded cardinality. */
export class RepeatSeries {
  readonly #registry: Registry
  readonly #series = new Map<string, HistogramSeries>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** One request, or run of a job, has ended that sent a statement again and again. */
  record(summary: string, sender: string = UNKNOWN_HOLDER, ms: number): void {
    const key = `${sender}\n${summary}`
    const known = this.#series.get(key)
    if (known !== undefined) return known.record(ms / 1000)
    if (this.#series.size >= MOST && !(summary === OTHER && sender === REST)) return this.record(OTHER, REST, ms)
    const labels = { [a.dbSystemName]: POSTGRESQL, [a.dbQuerySummary]: summary, [a.dbHolder]: sender }
    const series = this.#registry.histogram(metrics.dbRepeatedDuration).with(labels)
    this.#series.set(key, series)
    series.record(ms / 1000)
  }
}
