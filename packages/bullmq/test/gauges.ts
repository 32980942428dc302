import { attributes, metrics } from '@homeostat/semconv'
import type { BullMQInstrumentation } from '../src/index.ts'

interface Point {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: unknown
}

function points({ registry }: BullMQInstrumentation, metric: string): readonly Point[] {
  return registry.collect().metrics.find(({ descriptor }) => descriptor.name === metric)?.dataPoints ?? []
}

/** Jobs by state of a queue as they are reported now; `undefined` when the queue is not reported. */
export function jobsOf(instrumentation: BullMQInstrumentation, queue: string): Record<string, number> | undefined {
  const own = points(instrumentation, metrics.queueJobs.name).filter(
    point => point.attributes[attributes.queueName] === queue,
  )
  if (own.length === 0) return undefined
  return Object.fromEntries(
    own.map(point => [String(point.attributes[attributes.queueJobsState]), Number(point.value)]),
  )
}

/** How long the oldest job of a queue has waited, in seconds. */
export function ageOf(instrumentation: BullMQInstrumentation, queue: string): number | undefined {
  const own = points(instrumentation, metrics.queueOldestWaitingAge.name)
  const point = own.find(({ attributes: labels }) => labels[attributes.queueName] === queue)
  return point === undefined ? undefined : Number(point.value)
}

/** The failures that the instrumentation contained, by type. */
export function faultsOf(instrumentation: BullMQInstrumentation): Record<string, number> {
  const faults: Record<string, number> = {}
  for (const point of points(instrumentation, metrics.errors.name)) {
    const type = String(point.attributes[attributes.errorType])
    faults[type] = (faults[type] ?? 0) + Number(point.value)
  }
  return faults
}
