import type { MetricDefinition } from './metric-definition.ts'

/**
 * Metrics of other instrumentations that Homeostat reads but never emits: HTTP durations (semantic conventions 1.45, stable), and the
 * host as `@opentelemetry/host-metrics` measures it (`system.*`, in development; `system.network.dropped` is the name that package uses).
 */
export const upstreamMetrics = {
  httpServerRequestDuration: 'http.server.request.duration',
  systemCpuTime: 'system.cpu.time',
  systemMemoryUtilization: 'system.memory.utilization',
  systemNetworkIo: 'system.network.io',
  systemNetworkErrors: 'system.network.errors',
  systemNetworkDropped: 'system.network.dropped',
  systemNetworkPacketDropped: 'system.network.packet.dropped',
  systemDiskIo: 'system.disk.io',
} as const

/** What other instrumentations measure and our rules read, with the units that a server may add to their names. */
export const upstreamDefinitions: readonly (Pick<MetricDefinition, 'unit' | 'kind'> & {
  readonly name: UpstreamMetric
})[] = [
  { name: upstreamMetrics.httpServerRequestDuration, unit: 's', kind: 'histogram' },
  { name: upstreamMetrics.systemCpuTime, unit: 's', kind: 'counter' },
  { name: upstreamMetrics.systemMemoryUtilization, unit: '1', kind: 'gauge' },
  { name: upstreamMetrics.systemNetworkIo, unit: 'By', kind: 'counter' },
  { name: upstreamMetrics.systemNetworkErrors, unit: '{error}', kind: 'counter' },
  { name: upstreamMetrics.systemNetworkDropped, unit: '{packet}', kind: 'counter' },
  { name: upstreamMetrics.systemNetworkPacketDropped, unit: '{packet}', kind: 'counter' },
  { name: upstreamMetrics.systemDiskIo, unit: 'By', kind: 'counter' },
]

/** Their attributes that are none of ours. */
export const upstreamAttributes: readonly string[] = [
  'system.device',
  'system.cpu.state',
  'system.memory.state',
  'network.interface.name',
]

/** The name of a metric that another instrumentation exports. */
export type UpstreamMetric = (typeof upstreamMetrics)[keyof typeof upstreamMetrics]
