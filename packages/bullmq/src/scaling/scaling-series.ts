import { attributes, metrics } from '@homeostat/semconv'
import type { LevelSeries, Registry } from '@homeostat/signals'
import { drainSeconds, utilization } from './drain-eta.ts'
import { neededConcurrency } from './needed-concurrency.ts'
import type { Flow } from './queue-flow.ts'

/** A queue as these series see it. */
export interface ScaledQueue {
  readonly flow: Flow | undefined
  /** How many jobs the workers of this process run at once. */
  readonly ownSlots: number
  readonly reading: { readonly counts: { readonly globalLimit: number | undefined } | undefined } | undefined
}

/** How fast jobs come and go in the queues of one name, and how many have to run at once. */
export class ScalingSeries {
  readonly #targetSeconds: number
  readonly #arrivalRate: LevelSeries
  readonly #serviceRate: LevelSeries
  readonly #utilization: LevelSeries
  readonly #drainEta: LevelSeries
  readonly #needed: LevelSeries

  constructor(registry: Registry, name: string, targetSeconds: number) {
    const labels = { [attributes.queueName]: name }
    this.#targetSeconds = targetSeconds
    this.#arrivalRate = registry.level(metrics.queueArrivalRate).with(labels)
    this.#serviceRate = registry.level(metrics.queueServiceRate).with(labels)
    this.#utilization = registry.level(metrics.queueUtilization).with(labels)
    this.#drainEta = registry.level(metrics.queueDrainEta).with(labels)
    this.#needed = registry.level(metrics.queueConcurrencyNeeded).with(labels)
  }

  /**
   * Writes what is known and leaves out the rest. Rates and needs of queues that share the name add up; of times and of
   * utilizations the highest counts.
   */
  publish(queues: readonly ScaledQueue[]): void {
    const known = queues.flatMap(({ flow, ownSlots, reading }) =>
      flow === undefined ? [] : [{ flow, ownSlots, globalLimit: reading?.counts?.globalLimit }],
    )
    const targetSeconds = this.#targetSeconds
    write(
      this.#arrivalRate,
      known.map(({ flow }) => flow.arrivalRate),
      sum,
    )
    write(
      this.#serviceRate,
      known.map(({ flow }) => flow.finishRate),
      sum,
    )
    write(
      this.#utilization,
      known.map(({ flow, ownSlots }) => utilization(flow, ownSlots)),
      highest,
    )
    write(
      this.#drainEta,
      known.map(({ flow }) => drainSeconds(flow)),
      highest,
    )
    write(
      this.#needed,
      known.map(({ flow, globalLimit }) => neededConcurrency(flow, { targetSeconds, globalLimit })),
      sum,
    )
  }

  remove(): void {
    for (const series of [this.#arrivalRate, this.#serviceRate, this.#utilization, this.#drainEta, this.#needed]) {
      series.remove()
    }
  }
}

/** One unknown value makes the whole unknown: a part would be taken for all. */
function write(
  series: LevelSeries,
  values: readonly (number | undefined)[],
  merge: (values: readonly number[]) => number,
): void {
  const numbers = values.filter(value => value !== undefined)
  if (numbers.length === 0 || numbers.length < values.length) series.clear()
  else series.set(merge(numbers))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const highest = (values: readonly number[]): number => Math.max(...values)
