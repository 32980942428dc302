import { attributes, metrics, type MetricDefinition } from '@homeostat/semconv'
import type { LevelSeries, Registry } from '@homeostat/signals'
import type { JobCost } from '../jobs/job-costs.ts'
import type { JobUse } from './job-use.ts'

const MEANS: readonly (readonly [MetricDefinition, (cost: JobCost) => number])[] = [
  [metrics.queueJobCpuTime, cost => cost.cpuSeconds],
  [metrics.queueJobBlockedTime, cost => cost.blockedSeconds],
  [metrics.queueJobDatabaseTime, cost => cost.databaseSeconds],
  [metrics.queueJobRedisTime, cost => cost.redisSeconds],
  [metrics.queueJobAllocation, cost => cost.allocatedBytes],
]

/** The mean costs of the jobs of each name, absent until they are known. */
export class CostSeries {
  readonly #registry: Registry
  readonly #bound = new Map<JobUse, readonly LevelSeries[]>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  publish(use: JobUse): void {
    const { cost } = use
    if (cost === undefined) return
    const series = this.#seriesOf(use)
    for (const [at, [, read]] of MEANS.entries()) series[at]!.set(read(cost))
  }

  remove(use: JobUse): void {
    for (const series of this.#bound.get(use) ?? []) series.remove()
    this.#bound.delete(use)
  }

  clear(): void {
    for (const use of this.#bound.keys()) this.remove(use)
  }

  #seriesOf(use: JobUse): readonly LevelSeries[] {
    let series = this.#bound.get(use)
    if (series === undefined) {
      const labels = { [attributes.queueName]: use.queue, [attributes.jobName]: use.name }
      series = MEANS.map(([metric]) => this.#registry.level(metric).with(labels))
      this.#bound.set(use, series)
    }
    return series
  }
}
