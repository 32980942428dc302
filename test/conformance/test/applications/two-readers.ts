// An application with one instrumentation and two readers, a delta and a cumulative one. It exports what it measured
// on the path it is given, and prints what each reader's exporter got.
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { Shop, ShopInstrumentation } from '../sample-instrumentation.ts'

const path = JSON.parse(process.argv[2]!) as 'meter' | 'producer'
const shop = new Shop()
const instrumentation = new ShopInstrumentation(shop)
const { DELTA, CUMULATIVE } = AggregationTemporality

const exporters = { delta: new InMemoryMetricExporter(DELTA), cumulative: new InMemoryMetricExporter(CUMULATIVE) }
const readers = Object.values(exporters).map(exporter => {
  const metricProducers = path === 'producer' ? [instrumentation.registry.producer(exporter)] : []
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000, metricProducers })
})
const provider = new MeterProvider({ readers })

// As registerInstrumentations does before the SDK has started, and NodeSDK once it has.
instrumentation.setMeterProvider(metrics.getMeterProvider())
if (!instrumentation.getConfig().enabled) instrumentation.enable()
instrumentation.setMeterProvider(provider)

for (const amount of [0.5, 1, 30]) shop.sell('tea', amount)
await provider.forceFlush()
shop.sell('tea', 2)
shop.sell('milk', 2)
await provider.forceFlush()

const exported = Object.entries(exporters).map(([name, exporter]) => [
  name,
  exporter.getMetrics().map(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, metrics: list }) =>
      list.map(({ descriptor, dataPoints, ...rest }) => ({
        scope: { name: scope.name, version: scope.version },
        name: descriptor.name,
        unit: descriptor.unit,
        description: descriptor.description,
        ...rest,
        points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      })),
    ),
  ),
])
await provider.shutdown()
console.log(JSON.stringify(Object.fromEntries(exported)))
