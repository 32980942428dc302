import { containerMemory } from '@homeostat/runtime/expressions'
import { attributes, metrics, promName } from '@homeostat/semconv'
import { hostExprs, hostMetrics } from './host.ts'
import type { SystemMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { first } from './query.ts'

const UTILIZATION = promName(metrics.memoryUtilization)
const AREA = promName(attributes.memoryArea)

// A container without a limit of its own is the whole host, and a host's memory is used to the full by design.
const MEMORY_USAGE = `max(${UTILIZATION}{${AREA}="process"} or ${containerMemory})`
const MEMORY_LIMIT = `min(${promName(metrics.memoryLimit)}{${AREA}="process"})`
const HEAP_USAGE = `max(${UTILIZATION}{${AREA}="heap"})`
const CPU_USAGE = `max(${promName(metrics.cpuUtilization)})`
const CPU_LIMIT = `min(${promName(metrics.cpuLimit)})`

export const systemExprs: readonly string[] = [
  MEMORY_USAGE,
  MEMORY_LIMIT,
  HEAP_USAGE,
  CPU_USAGE,
  CPU_LIMIT,
  ...hostExprs,
]

export function systemMetrics(query: Query): SystemMetrics {
  return {
    memoryUsage: first(query(MEMORY_USAGE)),
    heapUsage: first(query(HEAP_USAGE)),
    cpuUsage: first(query(CPU_USAGE)),
    memoryLimitBytes: first(query(MEMORY_LIMIT)),
    cpuLimit: first(query(CPU_LIMIT)),
    host: hostMetrics(query),
  }
}
