import type { Rule } from '@homeostat/optimizer'
import { attributes, metrics, promName } from '@homeostat/semconv'

const AREA = promName(attributes.memoryArea)
const LIMIT_SOURCE = promName(attributes.limitSource)
const MEMORY = promName(metrics.memoryUtilization)
const DELAY_P99 = promName(metrics.eventLoopDelayP99)
const DELAY_MAX = promName(metrics.eventLoopDelayMax)
const PROCESS_CPU = promName(metrics.processCpuUtilization)
const CPU = promName(metrics.cpuUtilization)

/** PromQL of each area's use of its limit. */
export const memoryUtilization: string = `max by (${AREA}) (${MEMORY})`

/**
 * Alerts on memory, CPU and the event loop.
 *
 * `MemoryPressure` looks at what this process can help: its resident set, its heap, and the container where a cgroup limits
 * it. A host that other processes have filled is not among them.
 */
export const rules: readonly Rule[] = [
  {
    alert: 'MemoryPressure',
    expr: [
      `max by (${AREA}) (${MEMORY}{${AREA}=~"process|heap"}) > 0.8`,
      `max by (${AREA}) (${MEMORY}{${AREA}="container", ${LIMIT_SOURCE}="cgroup"}) > 0.8`,
    ].join(' or '),
    for: '15s',
    keepFiringFor: '30s',
    labels: { severity: 'high' },
    annotations: {
      summary: `{{ $labels.${AREA} }} memory is at {{ $value }} of its limit`,
      description:
        'Near its limit the heap spends its time in garbage collection, and the container is killed. If cleaning up does not help for long, something holds on to memory: compare two heap snapshots.',
    },
  },
  {
    alert: 'EventLoopDelayed',
    // The p99 of a minute does not see a single stall, the maximum does.
    expr: `max(${DELAY_P99}) > 0.1 or max(${DELAY_MAX}) > 1`,
    for: '15s',
    keepFiringFor: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: 'the event loop ran {{ $value }} s late within the last minute',
      description:
        'Something synchronous holds the event loop: look for large JSON, regular expressions, sync file or crypto calls (node --cpu-prof), and for garbage collection (v8js.gc.duration).',
    },
  },
  {
    alert: 'CpuSaturated',
    expr: `max(${PROCESS_CPU}) > 0.9 or max(${CPU}) > 0.9`,
    for: '30s',
    keepFiringFor: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: 'the CPU is used to {{ $value }} of its limit',
      description: `At its quota a container is stopped for the rest of each period, which shows as event loop delay. Compare ${metrics.processCpuUtilization.name} with ${metrics.cpuUtilization.name}: if only the latter is high, it is a neighbour. Raise the limit or add instances.`,
    },
  },
]
