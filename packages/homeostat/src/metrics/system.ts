import type { SystemMetrics } from '../performance-metrics.ts'
import type { Query } from '../query.ts'
import { first } from '../query.ts'

// A container without a limit of its own is the whole host, and a host's memory is used to the full by design.
const MEMORY_USAGE =
  'max(homeostat_memory_utilization{homeostat_memory_area="process"} or homeostat_memory_utilization{homeostat_memory_area="container", homeostat_limit_source="cgroup"})'
const MEMORY_LIMIT = 'min(homeostat_memory_limit{homeostat_memory_area="process"})'
const HEAP_USAGE = 'max(homeostat_memory_utilization{homeostat_memory_area="heap"})'
const CPU_USAGE = 'max(homeostat_cpu_utilization)'
const CPU_LIMIT = 'min(homeostat_cpu_limit)'

export const systemExprs: readonly string[] = [MEMORY_USAGE, MEMORY_LIMIT, HEAP_USAGE, CPU_USAGE, CPU_LIMIT]

export function systemMetrics(query: Query): SystemMetrics {
  return {
    memoryUsage: first(query(MEMORY_USAGE)),
    heapUsage: first(query(HEAP_USAGE)),
    cpuUsage: first(query(CPU_USAGE)),
    memoryLimitBytes: first(query(MEMORY_LIMIT)),
    cpuLimit: first(query(CPU_LIMIT)),
  }
}
