// An application with a Prometheus exporter. It prints the exposition of what its instrumentation measured.
import { MeterProvider, type MetricProducer, type MetricReader } from '@opentelemetry/sdk-metrics'
import { Shop, ShopInstrumentation } from '../sample-instrumentation.ts'

// The line carries the exporter, this package does not.
const carried = '@opentelemetry/exporter-prometheus'
const { PrometheusExporter } = (await import(carried)) as {
  PrometheusExporter: new (options: object) => MetricReader & {
    getMetricsRequestHandler(request: unknown, response: { setHeader(): void; end(text: string): void }): void
  }
}

const path = JSON.parse(process.argv[2]!) as 'meter' | 'producer'
const shop = new Shop()
const instrumentation = new ShopInstrumentation(shop)
const metricProducers: MetricProducer[] = path === 'producer' ? [instrumentation.registry.producer()] : []
const exporter = new PrometheusExporter({ preventServerStart: true, metricProducers })
instrumentation.setMeterProvider(new MeterProvider({ readers: [exporter] }))
instrumentation.enable()
for (const amount of [0.5, 1, 30]) shop.sell('tea', amount)

const text = await new Promise<string>(end =>
  exporter.getMetricsRequestHandler({}, { setHeader: () => undefined, end }),
)
console.log(JSON.stringify(text))
