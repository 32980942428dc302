// An application with a Prometheus exporter, host-metrics and runtime-node, with Homeostat or without; prints the last text
// that it exposes as one JSON string. Run by the tests through `runOnLine`.
import { metrics } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { homeostat } from 'homeostat'
import type { Homeostat } from 'homeostat'

export interface ExpositionArgs {
  /** Without Homeostat, attached to the reader, or by the Meter path only. */
  readonly homeostat: 'off' | 'attached' | 'meter'
  readonly withoutScopeInfo?: boolean
}

const { homeostat: path, withoutScopeInfo = false } = JSON.parse(process.argv[2] ?? '{}') as ExpositionArgs
process.env['OTEL_NODE_RESOURCE_DETECTORS'] = 'none'

const options = { preventServerStart: true, withoutScopeInfo }
const exporter = new PrometheusExporter(options)
const h: Homeostat | undefined = path === 'off' ? undefined : homeostat({ intervalMs: 1000 })
const provider = new MeterProvider({ readers: [path === 'attached' ? h!.attach(exporter) : exporter] })
metrics.setGlobalMeterProvider(provider)
// What NodeSDK does; the one of SDK 2.0 does not take several readers yet.
for (const instrumentation of [new RuntimeNodeInstrumentation(), ...(h?.instrumentations ?? [])]) {
  instrumentation.setMeterProvider(provider)
  instrumentation.enable()
}
new HostMetrics({ meterProvider: provider }).start()
metrics.getMeter('shop').createCounter('shop.orders').add(1)

// Every package of ours has failed once, so that all of them carry the same counter.
for (const { registry } of h?.instrumentations ?? []) registry.faults.report('signal', new RangeError('planted'))

const text = (): Promise<string> =>
  new Promise(resolve =>
    exporter.getMetricsRequestHandler({} as never, { statusCode: 0, setHeader() {}, end: resolve } as never),
  )
let last = ''
// After this time the metrics with windows of several seconds are there as well.
for (const until = Date.now() + 6000; Date.now() < until; await new Promise(resolve => setTimeout(resolve, 500))) {
  h?.optimizer.tick()
  last = await text()
}
await h?.stop()
await provider.shutdown().catch(() => undefined)
console.log(JSON.stringify(last))
