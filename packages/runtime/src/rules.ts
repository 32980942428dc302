import type { Rule } from '@homeostat/optimizer'

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
      'max by (homeostat_memory_area) (homeostat_memory_utilization{homeostat_memory_area=~"process|heap"}) > 0.8',
      'max by (homeostat_memory_area) (homeostat_memory_utilization{homeostat_memory_area="container", homeostat_limit_source="cgroup"}) > 0.8',
    ].join(' or '),
    for: '15s',
    keepFiringFor: '30s',
    labels: { severity: 'high' },
    annotations: {
      summary: '{{ $labels.homeostat_memory_area }} memory is at {{ $value }} of its limit',
      description:
        'Near its limit the heap spends its time in garbage collection, and the container is killed. If cleaning up does not help for long, something holds on to memory: compare two heap snapshots.',
    },
  },
  {
    alert: 'EventLoopDelayed',
    // The p99 of a minute does not see a single stall, the maximum does.
    expr: 'max(nodejs_eventloop_delay_p99) > 0.1 or max(nodejs_eventloop_delay_max) > 1',
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
    expr: 'max(process_cpu_utilization) > 0.9 or max(homeostat_cpu_utilization) > 0.9',
    for: '30s',
    keepFiringFor: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: 'the CPU is used to {{ $value }} of its limit',
      description:
        'At its quota a container is stopped for the rest of each period, which shows as event loop delay. Compare process.cpu.utilization with homeostat.cpu.utilization: if only the latter is high, it is a neighbour. Raise the limit or add instances.',
    },
  },
]
