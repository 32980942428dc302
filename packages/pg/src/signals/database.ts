import { errorType, type CounterSeries, type HistogramSeries, type Registry } from '@homeostat/signals'
import { attributes as a, metrics, type MetricDefinition } from '@homeostat/semconv'

/** `db.system.name` of the semantic conventions. */
export const POSTGRESQL = 'postgresql'

/** Error types are codes of somebody else's making: past this many in one database, the rest share one. */
const MAX_ERROR_TYPES = 64

/** The series of one database, bound once: recording an operation is a few array increments. */
export class Database {
  /** `db.namespace`: the database's name. */
  readonly namespace: string
  readonly #registry: Registry
  readonly #succeeded: HistogramSeries
  readonly #failed = new Map<string, HistogramSeries>()

  constructor(namespace: string, registry: Registry) {
    this.namespace = namespace
    this.#registry = registry
    this.#succeeded = this.#series({})
  }

  /** Counts one operation that succeeded. */
  recordSuccess(seconds: number): void {
    this.#succeeded.record(seconds)
  }

  /** Counts one operation that failed, by the error's type. */
  recordFailure(seconds: number, error: unknown): void {
    let type = errorType(error)
    if (!this.#failed.has(type) && this.#failed.size >= MAX_ERROR_TYPES) type = '_OTHER'
    let series = this.#failed.get(type)
    if (series === undefined) this.#failed.set(type, (series = this.#series({ [a.errorType]: type })))
    series.record(seconds)
  }

  /** Counts a statement that was slow for the application alone. */
  recordHeld(): void {
    this.#counter(metrics.dbHeldAnswers).add()
  }

  /** Counts the sessions that a look has seen waiting for locks. */
  recordLockWaits(sessions: number): void {
    this.#counter(metrics.dbLockWaits).add(sessions)
  }

  /** Bound each time: none of them is of every operation. */
  #counter(metric: MetricDefinition): CounterSeries {
    return this.#registry.counter(metric).with({ [a.dbSystemName]: POSTGRESQL, [a.dbNamespace]: this.namespace })
  }

  #series(more: Record<string, string>): HistogramSeries {
    const labels = { [a.dbSystemName]: POSTGRESQL, [a.dbNamespace]: this.namespace, ...more }
    return this.#registry.histogram(metrics.dbOperationDuration).with(labels)
  }
}
