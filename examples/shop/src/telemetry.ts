import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Homeostat } from 'homeostat'
import { homeostat } from 'homeostat'
import type { Healing } from './healing.ts'
import { healing } from './healing.ts'

export interface Telemetry extends AsyncDisposable {
  /** Served at `/metrics` by the shop itself. */
  readonly prometheus: PrometheusExporter
  /** Undefined where the shop runs without it. */
  readonly homeostat: Homeostat | undefined
}

/** The shop's OpenTelemetry, as it was before Homeostat; the lines that were added are marked with +. */
export function startTelemetry(given: Healing | undefined): Telemetry {
  const h = given && homeostat(healing(given)) // +

  const prometheus = new PrometheusExporter({ preventServerStart: true })
  const otlp = process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const readers = otlp
    ? [prometheus, new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), ...exportInterval() })]
    : [prometheus]

  const sdk = new NodeSDK({
    serviceName: 'shop',
    metricReaders: readers.map(reader => h?.attach(reader) ?? reader), // + h.attach
    instrumentations: [
      new UndiciInstrumentation(),
      ...(h?.instrumentations ?? []), // +
    ],
    // Without an endpoint, traces and logs would be sent to localhost.
    ...(!otlp && { spanProcessors: [], logRecordProcessors: [] }),
  })
  sdk.start()
  new HostMetrics().start()

  return {
    prometheus,
    homeostat: h,
    [Symbol.asyncDispose]: async () => {
      // The SDK first: its last export carries the last signals.
      await sdk.shutdown()
      await h?.stop() // +
    },
  }
}

/** `PeriodicExportingMetricReader` does not read `OTEL_METRIC_EXPORT_INTERVAL`; the code that creates it has to. */
function exportInterval(): { exportIntervalMillis: number; exportTimeoutMillis: number } {
  const exportIntervalMillis = Number(process.env['OTEL_METRIC_EXPORT_INTERVAL'] || 60_000)
  return { exportIntervalMillis, exportTimeoutMillis: Math.min(30_000, exportIntervalMillis) }
}
