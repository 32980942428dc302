import type { Rule } from '@homeostat/optimizer'
import { attributes, metrics, promName } from '@homeostat/semconv'
import {
  containerMemory,
  hostPacketsLostPerSecond,
  loopIsDelayed,
  processCpuUtilization,
  processIsSaturated,
  loopUtilization,
  processMemory,
} from './expressions.ts'

const AREA = promName(attributes.memoryArea)
const LIMIT_SOURCE = promName(attributes.limitSource)
const CPU = promName(metrics.cpuUtilization)
const LOOP_CPU = promName(metrics.eventLoopCpuUtilization)

/**
 * PromQL of what saturates a Node process, above 0.9: its event loop, which is one thread however many CPUs there are; all its
 * threads together against the CPU limit; or the quota of its container, unless somebody else uses that up.
 *
 * A loop that is held without using the CPU waits in a synchronous call, or for a CPU that others have: neither is saturation.
 * How busy the host is never counts. That is a neighbour's doing, and to slow ourselves down would leave it the rest as well.
 */
const saturation = [
  `(${loopUtilization} > 0.9 unless max(${LOOP_CPU}) < 0.25)`,
  processIsSaturated,
  `(max(${CPU}{${LIMIT_SOURCE}="cgroup"}) > 0.9 unless ${processCpuUtilization} < 0.05)`,
].join(' or ')

/**
 * Alerts on memory, CPU, the event loop, and the network of the host.
 *
 * `MemoryPressure` looks at what this process can help: its resident set, its heap, and the container where a cgroup limits
 * it. A host that other processes have filled is not among them.
 *
 * `HostPacketsLost` reads what `@opentelemetry/host-metrics` measures, and is silent without it.
 */
export const rules: readonly Rule[] = [
  {
    alert: 'MemoryPressure',
    expr: [`max by (${AREA}) (${processMemory}) > 0.8`, `max by (${AREA}) (${containerMemory}) > 0.8`].join(' or '),
    for: '15s',
    keepFiringFor: '30s',
    labels: { severity: 'high' },
    annotations: {
      summary: `{{ $labels.${AREA} }} memory is at {{ $value | humanizePercentage }} of its limit`,
      description:
        'Near its limit the heap spends its time in garbage collection, and the container is killed. If cleaning up does not help for long, something holds on to memory: compare two heap snapshots.',
    },
  },
  {
    alert: 'EventLoopDelayed',
    expr: loopIsDelayed,
    for: '15s',
    keepFiringFor: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: 'the event loop ran {{ $value | humanizeDuration }} late within the last minute',
      description:
        'Something synchronous holds the event loop: look for large JSON, regular expressions, sync file or crypto calls (node --cpu-prof), and for garbage collection (v8js.gc.duration).',
    },
  },
  {
    alert: 'CpuSaturated',
    expr: saturation,
    for: '30s',
    keepFiringFor: '30s',
    labels: { severity: 'medium' },
    annotations: {
      summary: 'the event loop, or the CPU this process may use, is at {{ $value | humanizePercentage }}',
      description: `A Node process has no more to give when its event loop is held all the time (${metrics.eventLoopUtilization.name}), however many CPUs are free; one whose threads use the CPU limit up is stopped by the kernel (${metrics.processCpuUtilization.name}). Profile it (node --cpu-prof), add instances or raise the limit. How busy the host is does not count; see ${metrics.cpuUtilization.name} with the limit source host.`,
    },
  },
  {
    alert: 'HostPacketsLost',
    expr: `${hostPacketsLostPerSecond} > 1`,
    for: '5m',
    keepFiringFor: '1m',
    labels: { severity: 'low' },
    annotations: {
      summary: 'the host drops or damages {{ $value | printf "%.1f" }} network packets a second',
      description:
        'Each lost packet is sent again after a timeout, which shows as slow calls to databases and services. Compare the interfaces (system.network.errors, system.network.dropped), and look at the link, the driver and the limits of the instance type.',
    },
  },
]
