import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

/** Far above what a bench needs: the SDK's default of 2,000 would fold the rest into one overflow series. */
const CARDINALITY_LIMIT = 100_000

/** Collects on demand. Without a reader the SDK keeps no series, and a record would cost nothing. */
export class BenchReader extends MetricReader {
  constructor(producers: MetricProducer[] = []) {
    super({ metricProducers: producers, cardinalitySelector: () => CARDINALITY_LIMIT })
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

/** An SDK with one reader. */
export function createMeterProvider(reader: MetricReader = new BenchReader()): ApiMeterProvider {
  return new MeterProvider({ readers: [reader] })
}
