// An application that lets NodeSDK register the instrumentation, and prints what its reader exported.
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { Shop, ShopInstrumentation } from '../sample-instrumentation.ts'

// The line carries the SDK, this package does not.
const carried = '@opentelemetry/sdk-node'
const { NodeSDK } = (await import(carried)) as {
  NodeSDK: new (options: object) => { start(): void; shutdown(): Promise<void> }
}

const shop = new Shop()
const instrumentation = new ShopInstrumentation(shop)
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
const sdk = new NodeSDK({
  metricReaders: [reader],
  instrumentations: [instrumentation],
  spanProcessors: [],
  autoDetectResources: false,
})
sdk.start()
shop.sell('tea', 2)
await reader.forceFlush()
const names = exporter
  .getMetrics()
  .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(scope => scope.metrics.map(metric => metric.descriptor.name)))
await sdk.shutdown()
console.log(JSON.stringify({ names, enabled: instrumentation.getConfig().enabled }))
process.exit()
