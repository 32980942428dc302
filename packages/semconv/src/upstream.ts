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

/** The name of a metric that another instrumentation exports. */
export type UpstreamMetric = (typeof upstreamMetrics)[keyof typeof upstreamMetrics]
