import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import { AggregationTemporality, MetricReader } from '@opentelemetry/sdk-metrics'
import type { ScopeMetrics } from '../src/index.ts'

/** An SDK reader that is collected by hand. */
export class PlainReader extends MetricReader {
  constructor(
    temporality: AggregationTemporality = AggregationTemporality.CUMULATIVE,
    metricProducers: MetricProducer[] = [],
  ) {
    super({ aggregationTemporalitySelector: () => temporality, metricProducers })
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** The metrics of the scope `sample`, as this reader's exporter would get them. */
  async sample(): Promise<ScopeMetrics> {
    const { resourceMetrics, errors } = await this.collect()
    if (errors.length > 0) throw new AggregateError(errors)
    const scopes = resourceMetrics.scopeMetrics.filter(({ scope }) => scope.name === 'sample')
    if (scopes.length > 1) throw new Error('exported twice')
    return (scopes[0] ?? { scope: { name: 'sample' }, metrics: [] }) as ScopeMetrics
  }
}
