// An application with the contrib instrumentations and ours: prints what its reader exports after some statements. Run by the tests
// in a process of its own, as instrumentations must come before the library that they change.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { HomeostatOptions } from 'homeostat'
import { homeostat } from 'homeostat'
import type { Pool as PoolClass } from 'pg'

export interface ExportedTwiceInput {
  readonly url: string
  readonly queries: number
  /** Whether the contrib instrumentations are there. */
  readonly isBeside: boolean
  readonly options: HomeostatOptions
}

export interface ExportedTwiceResult {
  /** The scopes that export a metric, by its name. */
  readonly scopes: Readonly<Record<string, readonly string[]>>
  /** The count of `db.client.operation.duration`, by scope. */
  readonly operations: Readonly<Record<string, number>>
  readonly findings: readonly string[]
  readonly lines: readonly string[]
  /** Whether a rule sees the metric of our own. */
  readonly isSeen: boolean
}

const { url, queries, isBeside, options } = JSON.parse(process.argv[2]!) as ExportedTwiceInput
const lines: string[] = []
const h = homeostat({
  autoStart: false,
  environment: {},
  service: 'shop',
  rules: [{ alert: 'Seen', expr: 'db_client_operation_duration_seconds_count{otel_scope_name="@homeostat/pg"} > 0' }],
  log: { info: line => void lines.push(line), warn: line => void lines.push(line) },
  ...options,
})
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
const provider = new MeterProvider({ readers: [h.attach(reader)] })
const theirs = isBeside ? [new PgInstrumentation(), new RuntimeNodeInstrumentation({ monitoringPrecision: 10 })] : []
for (const instrumentation of [...theirs, ...h.instrumentations]) {
  instrumentation.setMeterProvider(provider)
  instrumentation.enable()
}
if (isBeside) new HostMetrics({ meterProvider: provider }).start()
provider.getMeter('shop').createCounter('orders').add(1)

const { Pool } = createRequire(import.meta.url)('pg') as { Pool: typeof PoolClass }
const pool = new Pool({ connectionString: url, max: 2 })
for (let i = 0; i < queries; i++) await pool.query('SELECT 1')
await sleep(50)
for (let tick = 0; tick < 4; tick++) {
  await reader.forceFlush()
  await h.optimizePerformance()
}
const isSeen = h.alerts().some(({ alert, state }) => alert === 'Seen' && state === 'firing')
const findings = h.report().findings.map(({ text }) => text)
await pool.end()

const scopes: Record<string, string[]> = {}
const operations: Record<string, number> = {}
for (const { scope, metrics } of exporter.getMetrics().at(-1)!.scopeMetrics)
  for (const { descriptor, dataPoints } of metrics) {
    ;(scopes[descriptor.name] ??= []).push(scope.name)
    if (descriptor.name !== 'db.client.operation.duration') continue
    for (const { value } of dataPoints)
      operations[scope.name] = (operations[scope.name] ?? 0) + (value as { count: number }).count
  }
console.log(JSON.stringify({ scopes, operations, findings, lines, isSeen } satisfies ExportedTwiceResult))
process.exit(0)
