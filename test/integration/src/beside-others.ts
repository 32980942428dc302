// An application whose reader host-metrics and runtime-node share with Homeostat; prints which alerts fired in which tick and how fast
// the counters of others grow. Run by the tests through `runOnLine`.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { HostMetrics } from '@opentelemetry/host-metrics'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { homeostat } from 'homeostat'

export interface BesideOthers {
  /** The alerts that fired, a list a tick. */
  readonly firing: readonly (readonly string[])[]
}

const h = homeostat({
  autoStart: false,
  intervalMs: 1000,
  rules: [
    { alert: 'Theirs', expr: 'process_cpu_time_total{process_cpu_state="user"} > 0' },
    { alert: 'Ours', expr: 'process_cpu_time_total{cpu_mode="user"} > 0' },
    { alert: 'TheirLevel', expr: 'process_cpu_utilization{otel_scope_name="@opentelemetry/host-metrics"} >= 0' },
    // More than a machine can: each of these fired when a process began.
    { alert: 'CoresBusy', expr: 'sum(rate(process_cpu_time_total[20s])) > 64' },
    { alert: 'CpusBusy', expr: 'sum(rate(system_cpu_time_total[20s])) > 1.5 * count(system_cpu_time_total)' },
    { alert: 'NetworkBusy', expr: 'rate(system_network_io_total[20s]) > 2e8' },
    { alert: 'LoopBusy', expr: 'sum(rate(nodejs_eventloop_time_total[20s])) > 4' },
  ],
})
const exporter = new PrometheusExporter({ preventServerStart: true })
const provider = new MeterProvider({ readers: [h.attach(exporter)] })
for (const instrumentation of [new RuntimeNodeInstrumentation(), ...h.instrumentations]) {
  instrumentation.setMeterProvider(provider)
  instrumentation.enable()
}
new HostMetrics({ meterProvider: provider }).start()

const firing: string[][] = []
for (let tick = 0; tick < 12; tick++) {
  await new Promise(resolve => setTimeout(resolve, 700))
  await exporter.collect()
  firing.push(
    h.optimizer
      .tick()
      .firings.map(({ alert }) => alert)
      .filter(alert => /^(?:Theirs|Ours|TheirLevel|.*Busy)$/.test(alert)),
  )
}
await h.stop()
await provider.shutdown().catch(() => undefined)
console.log(JSON.stringify({ firing } satisfies BesideOthers))
