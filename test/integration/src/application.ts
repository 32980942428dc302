// An application on one SDK line, with Homeostat or without; prints what its backend was sent, as one line of JSON.
// Run by the tests through `runOnLine`.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { metrics } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { homeostat } from 'homeostat'
import { otlpSeries, prometheusSeries } from './exported-series.ts'
import type { ExportedSeries } from './exported-series.ts'

export interface ApplicationArgs {
  /** Without Homeostat, attached to the reader, or by the Meter path only. */
  readonly homeostat: 'off' | 'attached' | 'meter'
  readonly backend: 'otlp' | 'prometheus'
  readonly temporality?: 'delta' | 'cumulative'
}

export interface ApplicationResult {
  /** The series that were sent, one list per export. */
  readonly exports: readonly ExportedSeries[][]
  /** How often the application's own observable was asked. */
  readonly observations: number
  readonly warnings: readonly string[]
}

const STALL_MS = 400

const args = JSON.parse(process.argv[2] ?? '{}') as ApplicationArgs
// The resource names this very process, which is different each time.
process.env['OTEL_NODE_RESOURCE_DETECTORS'] = 'none'

const warnings: string[] = []
process.on('warning', warning => warnings.push(warning.message))

const received: ExportedSeries[][] = []
const backend = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    received.push(otlpSeries(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
})
await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/v1/metrics`

const prometheus = args.backend === 'prometheus' ? new PrometheusExporter({ preventServerStart: true }) : undefined
const periodic = new PeriodicExportingMetricReader({
  // 0 is delta, 1 is cumulative.
  exporter: new OTLPMetricExporter({ url, temporalityPreference: args.temporality === 'delta' ? 0 : 1 }),
  exportIntervalMillis: 3_600_000,
})
const reader = prometheus ?? periodic

const h = args.homeostat === 'off' ? undefined : homeostat({ intervalMs: 50, mode: 'act', warmUpMs: 0 })
const sdk = new NodeSDK({
  metricReaders: [args.homeostat === 'attached' ? h!.attach(reader) : reader],
  instrumentations: [new RuntimeNodeInstrumentation(), ...(h?.instrumentations ?? [])],
})
sdk.start()
new HostMetrics({ meterProvider: metrics.getMeterProvider() }).start()

let observations = 0
const meter = metrics.getMeter('shop', '1.0.0')
const orders = meter.createCounter('shop.orders', { unit: '{order}' })
const prices = meter.createHistogram('shop.price', { unit: 'USD', advice: { explicitBucketBoundaries: [10, 100] } })
meter.createObservableGauge('shop.open').addCallback(result => result.observe(++observations))
const stock = meter.createUpDownCounter('shop.stock')

for (let round = 1; round <= 2; round++) {
  orders.add(3 * round, { region: 'eu' })
  orders.add(round, { region: 'us' })
  for (const price of [5, 50, 500]) prices.record(price * round, { region: 'eu' })
  stock.add(-round)
  await sleep(300)
  stall(STALL_MS)
  await sleep(300)
  await exportOnce()
}
await h?.stop()
await sdk.shutdown().catch(() => undefined)
backend.close()
backend.closeAllConnections()
console.log(JSON.stringify({ exports: received.slice(0, 2), observations, warnings } satisfies ApplicationResult))

function stall(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

async function exportOnce(): Promise<void> {
  if (!prometheus) return periodic.forceFlush()
  const text = await new Promise<string>(resolve =>
    prometheus.getMetricsRequestHandler({} as never, { statusCode: 0, setHeader() {}, end: resolve } as never),
  )
  received.push(prometheusSeries(text))
}
