// What a TypeScript application writes, without a cast. Compiled on each SDK line by sdk-types.long.test.ts.
import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api'
import type {
  ProducerReader,
  ScopeMetrics,
  SignalInstrumentation,
  SignalInstrumentationConfig,
  SignalProducer,
} from '@homeostat/signals'
import type {
  IMetricReader,
  MeterProvider,
  MetricProducer,
  MetricReader,
  PushMetricExporter,
  ScopeMetrics as SdkScopeMetrics,
} from '@opentelemetry/sdk-metrics'

interface Given {
  readonly producer: SignalProducer
  readonly scopeMetrics: ScopeMetrics
  readonly reader: MetricReader
  readonly structuralReader: IMetricReader
  readonly exporter: Required<Pick<PushMetricExporter, 'selectAggregationTemporality'>>
  readonly provider: MeterProvider
  readonly instrumentation: SignalInstrumentation<SignalInstrumentationConfig>
}

interface Wanted {
  readonly producers: MetricProducer[]
  readonly scopeMetrics: SdkScopeMetrics
  readonly readers: ProducerReader[]
  readonly provider: ApiMeterProvider
}

export function application({
  producer,
  scopeMetrics,
  reader,
  structuralReader,
  exporter,
  provider,
  instrumentation,
}: Given): Wanted {
  instrumentation.setMeterProvider(provider)
  return { producers: [producer], scopeMetrics, readers: [reader, structuralReader, exporter], provider }
}
