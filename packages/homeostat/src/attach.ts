import type { ProducerReader, Registry, ScopeMetrics } from '@homeostat/signals'

/** Any SDK `MetricReader`, push or pull, of SDK 2 or SDK 3, as far as it is used here. */
export interface AttachableReader extends ProducerReader {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>
}

/** The SDK's `CollectionResult`, structurally. */
export interface CollectionResult {
  resourceMetrics: { resource: unknown; scopeMetrics: unknown[] }
  errors: unknown[]
}

export interface AttachTarget {
  readonly registries: readonly Registry[]
  /** Takes what the reader collected from everybody else. */
  offer(reader: object, scopes: readonly ScopeMetrics[]): void
  onError(error: unknown): void
}

/** What was given to `attach()` is no metric reader. */
export class NotAReaderError extends TypeError {
  override readonly name = 'NotAReaderError'
  readonly code = 'HOMEOSTAT_NOT_A_READER'

  constructor(what: unknown) {
    const shown = what === null || typeof what !== 'object' ? String(what) : what.constructor.name
    super(
      `attach() takes a metric reader with a collect() method, e.g. new PrometheusExporter(), but was given ${shown}`,
    )
  }
}

const attached = new WeakSet<object>()

/**
 * Wraps the reader's own `collect`: one collection then serves its exporter and our rules, and our registries are
 * appended to it with that reader's temporality. A reader of our own beside it would run every observable callback of
 * the process a second time, and upstream ones reset themselves inside it.
 */
export function attachReader<R extends object>(reader: R, target: AttachTarget): R {
  if (!isReader(reader)) throw new NotAReaderError(reader)
  if (attached.has(reader)) return reader
  attached.add(reader)

  const producers = target.registries.map(registry => registry.producer(reader))
  const collect = reader.collect.bind(reader)
  reader.collect = async options => {
    const result = await collect(options)
    try {
      const { resourceMetrics } = result
      target.offer(reader, resourceMetrics.scopeMetrics as ScopeMetrics[])
      const own = producers.map(producer => producer.read()).filter(scope => scope.metrics.length > 0)
      return {
        ...result,
        resourceMetrics: { ...resourceMetrics, scopeMetrics: [...resourceMetrics.scopeMetrics, ...own] },
      }
    } catch (error) {
      // The application's own export comes first: without us rather than not at all.
      target.onError(error)
      return result
    }
  }
  return reader
}

function isReader(value: object): value is AttachableReader {
  const { collect, selectAggregationTemporality } = value as Partial<AttachableReader>
  return typeof collect === 'function' && typeof selectAggregationTemporality === 'function'
}
