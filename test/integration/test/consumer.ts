// What the READMEs tell a TypeScript application to write. Compiled on each SDK line without `skipLibCheck`, by
// `npm run types` and by sdk-types.long.test.ts in test/conformance.
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { ioredis } from '@homeostat/ioredis/domain'
import { PgInstrumentation } from '@homeostat/pg'
import { homeostat, HomeostatReader } from 'homeostat'

export function withPrometheus(): NodeSDK {
  const h = homeostat()
  return new NodeSDK({
    metricReaders: [h.attach(new PrometheusExporter())],
    instrumentations: [...h.instrumentations],
  })
}

export function withTwoReaders(): NodeSDK {
  const redis = ioredis({ minHitRatio: 0.8 })
  const h = homeostat({ mode: 'act', pg: { slowQueryThresholdMs: 100 }, bullmq: false, domains: [redis] })
  const pushed = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })
  return new NodeSDK({
    metricReaders: [h.attach(pushed), h.attach(new PrometheusExporter())],
    instrumentations: [...h.instrumentations],
  })
}

export function withItsReader(): NodeSDK {
  const reader = new HomeostatReader({ exporter: new OTLPMetricExporter(), mode: 'advise' })
  return new NodeSDK({ metricReaders: [reader], instrumentations: [...reader.homeostat.instrumentations] })
}

export function withOneInstrumentation(): NodeSDK {
  return new NodeSDK({ instrumentations: [new PgInstrumentation({ slowQueryThresholdMs: 100 })] })
}

/** The options of each package are known to the compiler, though `homeostat` lists the packages on one line each. */
export function withWrongOptions(): void {
  // @ts-expect-error -- a number
  homeostat({ pg: { slowQueryThresholdMs: '100' } })
  // @ts-expect-error -- a misspelled option
  homeostat({ cache: { mod: 'act' } })
  // @ts-expect-error -- no such package
  homeostat({ mongo: {} })
  homeostat({ forecast: { mode: 'act' }, runtime: false, coordinator: 'redis', stateStore: 'file' })
}
