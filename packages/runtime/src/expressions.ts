import { attributes, metrics, promName } from '@homeostat/semconv'

export {
  hostCpuUtilization,
  hostDiskBytesPerSecond,
  hostMemoryUtilization,
  hostNetworkBytesPerSecond,
  hostPacketsLostPerSecond,
} from './host-expressions.ts'

const DELAY_P99 = promName(metrics.eventLoopDelayP99)
const DELAY_MAX = promName(metrics.eventLoopDelayMax)

/** PromQL of the share of the time in which the event loop was busy. */
export const loopUtilization: string = `max(${promName(metrics.eventLoopUtilization)})`

/** PromQL of the share of its CPUs that the process uses. */
export const processCpuUtilization: string = `max(${promName(metrics.processCpuUtilization)})`

/** PromQL that is true while the process uses nearly all of its CPUs. */
export const processIsSaturated: string = `${processCpuUtilization} > 0.9`

/** PromQL of the 99th percentile of the delay of the event loop within the last minute, in seconds. */
export const loopDelayP99: string = `max(${DELAY_P99})`

/** PromQL that is true while the event loop runs late. The p99 of a minute does not see a single stall, the maximum does. */
export const loopIsDelayed: string = `${loopDelayP99} > 0.1 or max(${DELAY_MAX}) > 1`

const AREA = promName(attributes.memoryArea)
const MEMORY = promName(metrics.memoryUtilization)

/** PromQL of each area's use of its limit. */
export const memoryUtilization: string = `max by (${AREA}) (${MEMORY})`

/** PromQL that selects the use of memory by the process: its resident set and its heap, against their limits. */
export const processMemory: string = `${MEMORY}{${AREA}=~"process|heap"}`

/** PromQL that selects the use of memory by the container, where a cgroup limits it. Without a limit it is that of the host. */
export const containerMemory: string = `${MEMORY}{${AREA}="container", ${promName(attributes.limitSource)}="cgroup"}`
