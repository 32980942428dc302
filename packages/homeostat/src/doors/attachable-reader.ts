import type { ProducerReader } from '@homeostat/signals'

/** Any SDK `MetricReader`, push or pull, of SDK 2 or SDK 3, as far as it is used here. */
export interface AttachableReader extends ProducerReader {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>
}

/** The SDK's `CollectionResult`, structurally. */
export interface CollectionResult {
  resourceMetrics: { resource: unknown; scopeMetrics: unknown[] }
  errors: unknown[]
}
