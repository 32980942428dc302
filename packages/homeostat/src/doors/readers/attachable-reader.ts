import type { ProducerReader } from '@homeostat/signals'
import { fieldOf } from '@homeostat/signals/options'

/** Any SDK `MetricReader`, push or pull, of SDK 2 or SDK 3, as far as it is used here. */
export interface AttachableReader extends ProducerReader {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>
}

/** The SDK's `CollectionResult`, structurally. */
export interface CollectionResult {
  resourceMetrics: { resource: unknown; scopeMetrics: unknown[] }
  errors: unknown[]
}

/** Whether it is a metric reader, by its methods: SDK 3 ships two copies of each class. */
export function isReader(value: unknown): value is AttachableReader {
  const methods = ['collect', 'selectAggregationTemporality']
  return methods.every(name => typeof fieldOf(value, name) === 'function')
}
