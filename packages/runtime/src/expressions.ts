import { attributes, metrics, promName } from '@homeostat/semconv'

export {
  hostCpuUtilization,
  hostDiskBytesPerSecond,
  hostMemoryUtilization,
  hostNetworkBytesPerSecond,
  hostPacketsLostPerSecond,
} from './host-expressions.ts'

const AREA = promName(attributes.memoryArea)
const MEMORY = promName(metrics.memoryUtilization)

/** PromQL of each area's use of its limit. */
export const memoryUtilization: string = `max by (${AREA}) (${MEMORY})`

/** PromQL that selects the use of memory by the process: its resident set and its heap, against their limits. */
export const processMemory: string = `${MEMORY}{${AREA}=~"process|heap"}`

/** PromQL that selects the use of memory by the container, where a cgroup limits it. Without a limit it is that of the host. */
export const containerMemory: string = `${MEMORY}{${AREA}="container", ${promName(attributes.limitSource)}="cgroup"}`
