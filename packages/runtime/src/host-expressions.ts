import { promName, type UpstreamMetric, upstreamMetrics } from '@homeostat/semconv'

// Foreign series arrive with the application's export, each minute by default: five minutes hold several of them.
const WINDOW = '[5m]'

// host-metrics names the state `system.cpu.state`, the conventions 1.45 `cpu.mode`; likewise the interface of a network.
const IDLE = 'idle|iowait'
const NOT_LOOPBACK = 'system_device!="lo", network_interface_name!="lo"'

/** Two instrumentations that measure the same host are not added up: each has its own sum, and the higher one counts. */
const ofOneScope = (expr: string): string => `max(sum by (otel_scope_name) (${expr}))`

const counter = (name: UpstreamMetric): string => `${promName(name)}_total`
const rate = (name: UpstreamMetric, matchers = ''): string => `rate(${counter(name)}{${matchers}}${WINDOW})`

const cpuTime = upstreamMetrics.systemCpuTime
const idleTime = `(${rate(cpuTime, `system_cpu_state=~"${IDLE}"`)} or ${rate(cpuTime, `cpu_mode=~"${IDLE}"`)})`

/**
 * PromQL of the share of the host's CPU time in use, 0 to 1, from `system.cpu.time`. It is computed from that counter, because the
 * gauge `system.cpu.utilization` is the mean since the last collection by any reader.
 */
export const hostCpuUtilization: string = `max(1 - sum by (otel_scope_name) (${idleTime}) / sum by (otel_scope_name) (${rate(cpuTime)}))`

/** PromQL of the share of the host's memory in use, 0 to 1, from `system.memory.utilization`. */
export const hostMemoryUtilization: string = `max(${promName(upstreamMetrics.systemMemoryUtilization)}{system_memory_state="used"})`

/** PromQL of the bytes per second that the host receives or transmits, the loopback excluded, from `system.network.io`. */
export function hostNetworkBytesPerSecond(direction: 'receive' | 'transmit'): string {
  return ofOneScope(rate(upstreamMetrics.systemNetworkIo, `network_io_direction="${direction}", ${NOT_LOOPBACK}`))
}

const lost = [
  upstreamMetrics.systemNetworkErrors,
  upstreamMetrics.systemNetworkDropped,
  upstreamMetrics.systemNetworkPacketDropped,
].map(name => rate(name, NOT_LOOPBACK))

/** PromQL of the packets per second that the host drops or finds damaged, in both directions, from `system.network.errors` and `.dropped`. */
export const hostPacketsLostPerSecond: string = ofOneScope(
  lost.map((expr, index) => `label_replace(${expr}, "part", "${index}", "", "")`).join(' or '),
)

/** PromQL of the bytes per second that the host reads from or writes to its disks, from `system.disk.io`; host-metrics has no such metric. */
export function hostDiskBytesPerSecond(direction: 'read' | 'write'): string {
  return ofOneScope(rate(upstreamMetrics.systemDiskIo, `disk_io_direction="${direction}"`))
}
