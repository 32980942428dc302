// The use of the machine by the process, against the enforced limits; and its event loop.
import { attributes as a } from '../attributes.ts'
import type { MetricDefinition } from '../metric-definition.ts'

const SEMCONV = 'OpenTelemetry semantic conventions 1.45'

/** A stall shorter than 5 ms is scheduling noise; one of 10 s is an outage. */
const LOOP_DELAY_BUCKETS: readonly number[] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

export const memoryUsage: MetricDefinition = {
  name: 'homeostat.memory.usage',
  kind: 'gauge',
  unit: 'By',
  description: 'Memory in use: container working set, process resident set, V8 heap',
  attributes: [a.memoryArea, a.limitSource],
}

export const memoryLimit: MetricDefinition = {
  name: 'homeostat.memory.limit',
  kind: 'gauge',
  unit: 'By',
  description: 'The limit the same area runs into: cgroup limit, else host memory; what V8 allows its old generation',
  attributes: [a.memoryArea, a.limitSource],
}

export const memoryUtilization: MetricDefinition = {
  name: 'homeostat.memory.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'Memory usage divided by the limit of the same area',
  attributes: [a.memoryArea, a.limitSource],
}

export const cpuLimit: MetricDefinition = {
  name: 'homeostat.cpu.limit',
  kind: 'gauge',
  unit: '{cpu}',
  description: 'CPUs the process may use: cgroup quota, else those it may be scheduled on',
  attributes: [a.limitSource],
}

export const cpuUtilization: MetricDefinition = {
  name: 'homeostat.cpu.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'CPU time of the container (cgroup, else host) over the last completed window, divided by the limit',
  attributes: [a.limitSource],
}

export const processMemoryUsage: MetricDefinition = {
  name: 'process.memory.usage',
  kind: 'upDownCounter',
  unit: 'By',
  description: 'Process Memory usage in bytes',
  attributes: [],
  upstream: SEMCONV,
}

export const processCpuTime: MetricDefinition = {
  name: 'process.cpu.time',
  kind: 'counter',
  unit: 's',
  description: 'Process Cpu time in seconds',
  attributes: [a.cpuMode],
  upstream: SEMCONV,
}

export const processCpuUtilization: MetricDefinition = {
  name: 'process.cpu.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'Process Cpu usage time 0-1',
  attributes: [],
  upstream: SEMCONV,
}

export const eventLoopDelay: MetricDefinition = {
  name: 'homeostat.eventloop.delay',
  kind: 'histogram',
  unit: 's',
  description: 'How late the event loop would run something that is due every 20 ms',
  attributes: [],
  buckets: LOOP_DELAY_BUCKETS,
}

export const eventLoopDelayMax: MetricDefinition = {
  name: 'nodejs.eventloop.delay.max',
  kind: 'gauge',
  unit: 's',
  description: 'Event loop maximum delay.',
  attributes: [],
  upstream: SEMCONV,
}

export const eventLoopDelayP99: MetricDefinition = {
  name: 'nodejs.eventloop.delay.p99',
  kind: 'gauge',
  unit: 's',
  description: 'Event loop 99 percentile delay.',
  attributes: [],
  upstream: SEMCONV,
}

export const eventLoopUtilization: MetricDefinition = {
  name: 'nodejs.eventloop.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'Event loop utilization',
  attributes: [],
  upstream: SEMCONV,
}

export const eventLoopTime: MetricDefinition = {
  name: 'nodejs.eventloop.time',
  kind: 'counter',
  unit: 's',
  description: 'Cumulative duration of time the event loop has been in each state.',
  attributes: [a.eventLoopState],
  upstream: SEMCONV,
}

export const eventLoopCpuUtilization: MetricDefinition = {
  name: 'homeostat.eventloop.cpu.utilization',
  kind: 'gauge',
  unit: '1',
  description: 'CPU time of the thread that runs the event loop over the last completed window, divided by its length',
  attributes: [],
}
